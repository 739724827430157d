"""Aligning: a model is trained towards a reward, held near its base, and kept only if others see the gain."""
