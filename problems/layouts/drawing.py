"""How a design is drawn, by its layout: an outline filled, a density as an image, a mesh in light and shade."""

from __future__ import annotations

from functools import singledispatch
from typing import TYPE_CHECKING, Any

import numpy as np

from problems.layouts.grid import Grid
from problems.layouts.mesh import Mesh
from problems.layouts.outline import Outline

if TYPE_CHECKING:
    from matplotlib.axes import Axes

AZIMUTH, ELEVATION = np.radians(-60.0), np.radians(30.0)
"""From where a mesh is looked at."""
LIGHT = np.array([-0.45, 0.55, 0.7])
"""Where the light is: to the right, up and towards the eye."""
DARKEST = 0.35
"""Brightness of a face that is turned away from the light."""
GLOSS, SHARPNESS = 0.35, 12
"""How much of the light a face mirrors, and how sharply."""


@singledispatch
def draw(layout: Any, x: np.ndarray, ax: Axes) -> None:
    """Draw one design, shape (d,), on Matplotlib axes, in the next colour of their cycle.

    A layout that is not known here draws with its own method `draw(x, ax)`; without one, coordinates are a line.
    """
    own = getattr(layout, "draw", None)
    if own is None:
        ax.plot(x)
    else:
        own(x, ax)


@draw.register(Outline)
def _outline(layout: Outline, x: np.ndarray, ax: Axes) -> None:
    points = x.reshape(layout.shape)
    ax.fill(points[:, 0], points[:, 1], alpha=0.4)
    ax.plot(*np.concatenate([points, points[:1]]).T, linewidth=1)
    ax.set_aspect("equal")


@draw.register(Grid)
def _grid(layout: Grid, x: np.ndarray, ax: Axes) -> None:
    low, high = min(0.0, float(x.min())), max(1.0, float(x.max()))
    extent = (0.0, float(layout.nx), 0.0, float(layout.ny))
    image = x.reshape(layout.shape).T
    ax.imshow(image, cmap="gray_r", vmin=low, vmax=high, extent=extent, origin="lower", aspect="equal")


@draw.register(Mesh)
def _mesh(layout: Mesh, x: np.ndarray, ax: Axes) -> None:
    from matplotlib.collections import PolyCollection
    from matplotlib.colors import to_rgba

    view = _view()
    corners = (x.reshape(layout.shape) @ view.T)[layout.faces]  # to the right, up, and towards the eye
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), np.finfo(float).tiny)
    shown = np.flatnonzero(normals[:, 2] > 0)  # of a solid, faces that look away are behind others
    shown = shown[np.argsort(corners[shown, :, 2].mean(axis=1), kind="stable")]  # the painter's order
    corners, normals = corners[shown], normals[shown]
    (probe,) = ax.plot([], [])  # it takes the next colour of the cycle
    colour = np.array(to_rgba(probe.get_color()))
    probe.remove()
    colours = np.tile(colour, (len(shown), 1))
    colours[:, :3] = _lit(normals, colour[:3])
    ax.add_collection(
        PolyCollection(list(corners[:, :, :2]), facecolors=colours, edgecolors=colours, linewidths=0.2, rasterized=True)
    )
    ax.autoscale_view()
    ax.set_aspect("equal")


def _lit(normals: np.ndarray, colour: np.ndarray) -> np.ndarray:
    """Colours (m, 3) of faces with normals (m, 3): diffuse, and mirrored towards the eye.

    References
    ----------
    Blinn 1977, Models of light reflection for computer synthesized pictures.
    """
    light = LIGHT / np.linalg.norm(LIGHT)
    half = light + np.array([0.0, 0.0, 1.0])
    diffuse = DARKEST + (1 - DARKEST) * np.maximum(normals @ light, 0)
    mirrored = GLOSS * np.maximum(normals @ (half / np.linalg.norm(half)), 0) ** SHARPNESS
    return np.asarray(diffuse[:, None] * colour + (1 - diffuse[:, None] * colour) * mirrored[:, None])


def _view() -> np.ndarray:
    """Unit vectors to the right and up in the picture, and towards the eye."""
    eye = np.array([np.cos(ELEVATION) * np.cos(AZIMUTH), np.cos(ELEVATION) * np.sin(AZIMUTH), np.sin(ELEVATION)])
    right = np.array([-np.sin(AZIMUTH), np.cos(AZIMUTH), 0.0])
    return np.array([right, np.cross(eye, right), eye])
