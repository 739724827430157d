"""Palette: colours that are told apart with every kind of colour blindness, on white and on near-black.

Source: Okabe and Ito, Color universal design (2008); sequences as of viridis and of a blue-orange pair.
"""

from __future__ import annotations

# of categories, in this order; the greys are for the rest and for none
CATEGORIES = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#B8A800", "#8C6BB1")
OTHER = "#8A8F98"
NONE = "#B9BEC6"
# of a magnitude, from low to high (viridis)
MAGNITUDES = ("#440154", "#414487", "#2A788E", "#22A884", "#7AD151", "#FDE725")
# of a liking or a correlation, from -1 over 0 to 1
SIGNED = ("#B35806", "#F1A340", "#D0D3D8", "#67A9CF", "#2166AC")


def category_colour(index: int) -> str:
    """Returns the colour of a category; those after the eighth share the grey.

    >>> category_colour(0), category_colour(99)
    ('#0072B2', '#8A8F98')
    """
    return CATEGORIES[index] if 0 <= index < len(CATEGORIES) else OTHER
