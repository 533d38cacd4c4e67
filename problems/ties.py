"""Which of several places counts where a maximum is attained at all of them, but for rounding.

Regular outlines have thousands of pairs of points of one curvature. Rounding would choose among them, and each
implementation another; so the first place within `TIE` of the maximum is chosen, everywhere.
"""

TIE = 1e-9
"""Relative."""
NO_CURVATURE = 1e-9
"""A curvature below this, in 1/s, is rounding: the outline is straight there."""
