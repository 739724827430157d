"""A history check: 8 clients in 3 processes judge, take back, rank, add and remove for 4 readers on one
store, and processes are killed with SIGKILL. Then the journals of what was acknowledged are held against the
log, and the cache is damaged in turn in every way.
"""

import argparse
import multiprocessing
import os
import sys
import tempfile
from collections import Counter
from multiprocessing.process import BaseProcess
from pathlib import Path
from time import monotonic_ns, sleep
from typing import Any

import numpy as np

from history_cache import DAMAGES, agree, answers, answers_without_cache, cache_files, keep_copy
from history_check import History, Logged, Violation, changed_prefix, violations
from history_client import CAN_REMOVE, PROCESSES, READERS, Deed, Journal, made_up_text, serve_clients
from palate.encoder.choose import ENCODERS
from palate.encoder.static import StaticEncoder
from palate.library import Library
from palate.store.health import examine
from report import emit

RUNS_A_STORE = 10
FIRST_TEXTS = 60
SHORTEST_S, LONGEST_S = 0.2, 1.5  # until a run is ended


def begin_store(store: Path, rng: np.random.Generator) -> None:
    """Makes a store with the readers and some texts."""
    store.parent.mkdir()
    with Library(store) as library:
        for name, kind in READERS.items():
            library.reader(name, kind=kind)
        library.add([made_up_text(rng) for _ in range(FIRST_TEXTS)])


def run_clients(store: Path, journals: Path, seed: list[int], scale: float) -> tuple[int, list[Deed]]:
    """Runs all clients on a store and kills some processes. Returns how many were killed, and the deeds."""
    rng = np.random.default_rng([*seed, 99])
    journals.mkdir()
    context = multiprocessing.get_context("fork")
    until = monotonic_ns() + int(1e9 * scale * rng.uniform(SHORTEST_S, LONGEST_S))
    processes: list[BaseProcess] = [
        context.Process(target=serve_clients, args=(store, clients, journals, seed, until), daemon=True)
        for clients in PROCESSES
    ]
    for process in processes:
        process.start()
    victims = rng.permutation(len(processes))[: rng.integers(1, len(processes) + 1)].tolist()
    sleep(max(0.0, (until - monotonic_ns()) / 1e9 - rng.uniform(0, SHORTEST_S)))
    for victim in victims:
        processes[victim].kill()
    for process in processes:
        process.join()
    killed = sum(process.exitcode == -9 for process in processes)
    if any(process.exitcode not in (0, -9) for process in processes):
        raise SystemExit(f"a process ended by itself with {[process.exitcode for process in processes]}")
    return killed, [deed for path in sorted(journals.iterdir()) for deed in Journal.read(path)]


def read_logs(library: Library) -> tuple[dict[str, list[Logged]], frozenset[str]]:
    """Returns the whole log of each reader, and the ids of all texts there are."""
    logs: dict[str, list[Logged]] = {}
    with library.workspace.store.reading() as tables:
        texts = tables.texts.get(range(1, tables.state().last_row + 1))
        entries_of = {taste.reader: tables.log.entries(taste.taste_id) for taste in tables.readers.tastes()}
    for reader, entries in entries_of.items():
        logs[reader] = [
            (entry.entry, texts[entry.row].id if entry.row in texts else None, entry.kind, entry.undoes)
            for entry in entries
        ]
    return logs, frozenset(text.id for text in texts.values())


def standing(log: list[Logged]) -> set[tuple[str, str]]:
    """Returns (text id, kind) of the judgements that a replay of the log leaves: the last of each text."""
    undone = {line[3] for line in log}
    last = {
        text_id: kind for entry, text_id, kind, _ in log if kind != "undo" and entry not in undone and text_id
    }
    return set(last.items())


def check_store(store: Path, deeds: list[Deed], before: dict[str, list[Logged]]) -> list[Violation]:
    """Holds a store against all that was ever acknowledged on it. before: the logs of the run before, brought
    up.
    """
    with Library(store, create=False) as library:
        logs, texts = read_logs(library)
        found = list(violations(History(deeds, logs, texts)))
        for name, log in logs.items():
            judged = {(given.text_id, given.kind) for given in library.reader(name, create=False).judged()}
            if judged != standing(log):
                differing = sorted(judged ^ standing(log))
                found.append(Violation("replay differs", f"{name}: {len(judged)} stand, {differing}"))
        found += [
            Violation("store not whole", f"{finding.check}: {finding.detail}")
            for finding in examine(library.workspace.store, library.encoder.fingerprint)
            if not finding.ok
        ]
    if changed_prefix(before, logs):
        found.append(Violation("log changed", "what an earlier run left is not the beginning of it"))
    before.clear()
    before.update(logs)
    return found


def check_cache(store: Path, rng: np.random.Generator, damaged: Counter[str]) -> list[Violation]:
    """Damages the cache of a store in every way, one after another, and looks at the answers."""
    found: list[Violation] = []
    usual = answers(store)
    for damage in DAMAGES if cache_files(store) else ():
        damage(store, rng)
        damaged[damage.__name__] += 1
        seen = answers(store)
        if not agree(seen, usual) and not agree(
            seen, answers_without_cache(store, store.parent.with_name("bare"))
        ):
            found.append(Violation("cache trusted", damage.__name__))
        usual = seen
    return found


def check_history(runs: int, seed: int, scale: float) -> tuple[dict[str, Any], list[Violation]]:
    """Runs and checks as many times; every tenth run begins a new store. Returns the figures and what is
    wrong.
    """
    encoder = StaticEncoder()
    encoder.encode(["loaded once, and then in every process that is forked"])
    ENCODERS["static"] = lambda: encoder
    done, damaged, found, killed = Counter[str](), Counter[str](), list[Violation](), 0
    deeds, logs = list[Deed](), dict[str, list[Logged]]()
    with tempfile.TemporaryDirectory() as folder:
        for run in range(runs):
            rng = np.random.default_rng([seed, run])
            store = Path(folder) / f"{run // RUNS_A_STORE}" / "palate.db"
            if run % RUNS_A_STORE == 0:
                deeds.clear()
                logs.clear()
                begin_store(store, rng)
            dead, new = run_clients(store, Path(folder) / f"journals-{run}", [seed, run], scale)
            killed += dead
            done.update(deed.name for deed in new)
            deeds += new
            found += check_store(store, deeds, logs)
            if run % RUNS_A_STORE == RUNS_A_STORE // 2:
                keep_copy(store)
            if run % RUNS_A_STORE == RUNS_A_STORE - 1 or (
                run == runs - 1 and run % RUNS_A_STORE > RUNS_A_STORE // 2
            ):
                found += check_cache(store, rng, damaged)
    found = list(dict.fromkeys(found))  # a store keeps what is wrong with it
    figures = {
        "runs": runs,
        "killed": killed,
        "acknowledged": dict(sorted(done.items())),
        "damaged_caches": dict(damaged),
        "removal_checked": CAN_REMOVE,
        "violations": len(found),
        "violations_by_rule": dict(Counter(violation.rule for violation in found)),
    }
    return figures, found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--scale", type=float, default=1.0, help="of the time that each run takes")
    parser.add_argument(
        "--seed", type=int, default=int.from_bytes(os.urandom(4)), help="default: a new one, printed"
    )
    options = parser.parse_args()
    figures, found = check_history(options.runs, options.seed, options.scale)
    for violation in found[:20]:
        print(f"{violation.rule}: {violation.detail}", file=sys.stderr)
    emit(
        "history",
        figures,
        data="made-up texts of 30 words; ten runs on each store; 8 clients, 3 processes, 4 readers",
        seed=options.seed,
        packages=["sqlalchemy"],
    )


if __name__ == "__main__":
    main()
