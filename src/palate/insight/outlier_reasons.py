"""Outlier reasons: why a text is unlike the others, in plain words."""

from collections.abc import Sequence

from palate.insight.text_form import TextForm
from palate.language import language_name

UNUSUAL = 3.5  # robust standard deviations from which on something is named (Iglewicz and Hoaglin)
SHARED = 0.3  # of a text's phrases, above which it is boilerplate
N_WORDS_NAMED = 3
NOTHING = "nothing in particular; it is merely least like the rest"


def outlier_reasons(
    form: TextForm, index: int, *, languages: Sequence[str], is_unread: bool, is_far: bool
) -> tuple[str, ...]:
    """Returns why a text is unlike the others, the surest first; never none.

    Use it on the texts with the highest scores. is_unread: the encoder knows none of its words. is_far: it is
    far from the others by its vector.
    """
    if not form.n_words[index]:
        return ("it has no words",)
    found = []
    is_foreign, is_shared = bool(form.is_foreign[index]), form.shared[index] > SHARED
    if is_foreign:
        share = languages.count(languages[index]) / len(languages)
        found.append(f"in {language_name(languages[index])}, as {share:.1%} of the texts are")
    if is_shared:
        found.append(f"boilerplate: {form.shared[index]:.0%} of its phrases stand in other texts too")
    if is_unread:
        found.append("no known words: the encoder reads nothing in it")
    if form.disorder[index] > UNUSUAL and not is_foreign:
        found.append("its words do not follow one another as elsewhere: shuffled, a list or a table")
    if (is_far or form.rarity[index] > UNUSUAL) and not (is_foreign or is_shared or is_unread):
        found.append(_subject(form, index, is_rare=form.rarity[index] > UNUSUAL))
    if abs(form.length[index]) > UNUSUAL:
        kind = "long" if form.length[index] > 0 else "short"
        n = int(form.n_words[index])
        found.append(f"very {kind}: {n:,} word{'s' * (n != 1)}")
    return tuple(found) or (NOTHING,)


def _subject(form: TextForm, index: int, *, is_rare: bool) -> str:
    named = ", ".join(form.rarest_words(index, N_WORDS_NAMED))
    why = "few texts have its words" if is_rare else "even the nearest texts are far"
    return f"about something else: {why}" + (f" ({named})" if named else "")
