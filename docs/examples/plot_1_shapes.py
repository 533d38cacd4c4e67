"""
Shapes, a VAE, and a search in its latent space
===============================================

A variational autoencoder learns outlines of circles, triangles, squares and stars with 100 points each. Then we search for the roundest
outline: in the latent space of two numbers, and in the raw space of 200 coordinates.
"""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import torch
from matplotlib.animation import FuncAnimation

import bench

rng = np.random.default_rng(0)

# %%
# The data
# --------
# A design is 100 ordered points, (x₀, y₀, x₁, y₁, …), so 200 numbers. Outlines have unit area and random proportions, and are slightly
# rotated.

classes = ["circle", "triangle", "square", "star"]
problem = bench.make_problem("isoperimetric", data={"classes": classes})
designs = {name: bench.make_problem("isoperimetric", data={"classes": [name]}).designs(200, rng) for name in classes}
data = np.concatenate(list(designs.values()))

figure, axes = plt.subplots(1, 4, figsize=(8, 2))
for ax, (name, outlines) in zip(axes, designs.items(), strict=True):
    problem.draw(outlines[0], ax)
    ax.set_title(name)

# %%
# The autoencoder
# ---------------
# 200–128–2–128–200: one hidden layer on either side of a latent space of two dimensions. ``watch`` is called with the encoded data after
# every epoch, so we can see how training changes them.

encoder = bench.make_encoder("vae", latent_dim=2, hidden=128, epochs=40)
epochs = []
encoder.watch = epochs.append
encoder.fit(data, rng)

figure, axes = plt.subplots(1, 3, figsize=(9, 3), sharex=True, sharey=True)
for ax, epoch in zip(axes, [0, 9, 39], strict=True):
    for number, name in enumerate(classes):
        ax.scatter(*epochs[epoch][200 * number : 200 * (number + 1)].T, s=3, label=name)
    ax.set(title=f"epoch {epoch + 1}", xlabel="z₁", aspect="equal")
axes[0].set_ylabel("z₂")
axes[-1].legend(markerscale=3)
figure.tight_layout()


# %%
# A grid of the latent space
# --------------------------
# Every point of the plane decodes to an outline. Between the classes there are outlines that belong to no class.


def decode(z):
    """Outlines (n, 200) of latents (n, 2)."""
    return encoder.decode(torch.as_tensor(np.atleast_2d(z))).numpy()


low, high = encoder.bounds
figure, ax = plt.subplots(figsize=(6, 6))
for column, z1 in enumerate(np.linspace(low[0], high[0], 9)):
    for row, z2 in enumerate(np.linspace(low[1], high[1], 9)):
        ax.fill(*(decode([z1, z2]).reshape(100, 2) * 0.7 + [column, row]).T, color="C0")
ax.set_aspect("equal")
ax.axis("off")

# %%
# From a star to a circle
# -----------------------
# Above: a straight line in the latent space. Below: a straight line in the raw space, which averages coordinates.

star, circle = designs["star"][0], designs["circle"][0]
first, last = encoder.encode(np.stack([star, circle]))
shares = np.linspace(0, 1, 7)[:, None]
ways = {"latent": decode(first + shares * (last - first)), "raw": star + shares * (circle - star)}
figure, axes = plt.subplots(2, 7, figsize=(9, 2.8))
for row, (name, way) in zip(axes, ways.items(), strict=True):
    for ax, outline in zip(row, way, strict=True):
        problem.draw(outline, ax)
        ax.axis("off")
    row[0].set_title(name)

# %%
# An animation: a circle through the latent space.

angles = np.linspace(0, 2 * np.pi, 16, endpoint=False)
middle, reach = (low + high) / 2, (high - low) / 4
walk = decode(middle + reach * np.stack([np.cos(angles), np.sin(angles)], axis=1)).reshape(16, 100, 2)
figure, ax = plt.subplots(figsize=(2.5, 2.5))
(line,) = ax.fill(*walk[0].T)
ax.set(xlim=(-1, 1), ylim=(-1, 1), aspect="equal")
ax.axis("off")


def show(frame):
    """Show one outline of the walk."""
    line.set_xy(walk[frame])
    return (line,)


animation = FuncAnimation(figure, show, frames=16, interval=120)

# %%
# The search
# ----------
# CMA-ES minimises σ, the ratio of surface to volume relative to the disc. Its covariance is diagonal, so that it is fast with 200 numbers
# too. Every evaluation is counted, also that of the start. The start is a star that the encoder was not trained on.

start = bench.make_problem("isoperimetric", data={"classes": ["star"]}).designs(1, rng)[0]
spaces = {"latent": encoder, "raw": bench.make_encoder("raw").fit(data, rng)}
figure, ax = plt.subplots(figsize=(6, 3.5))
for name, space in spaces.items():
    ledger = bench.search(problem, space, bench.make_optimiser("sep-cma-es"), start=start, budget=800, rng=rng)
    trace = pd.DataFrame(ledger.rows)
    best = problem.display(trace["objective"].where(trace["verified"].fillna(False).astype(bool)).cummin().to_numpy())
    ax.step(trace["evaluations"], best, where="post", label=f"{name}, {space.latent_dim} numbers")
    print(f"{name:7} best σ = {problem.display(ledger.best_objective):.4f} after {ledger.price} evaluations")
ax.set(xscale="log", xlabel="evaluations", ylabel="best verified σ")
ax.legend()
figure.tight_layout()

# %%
# The answer depends on the data
# ------------------------------
# Circles are among the training designs, and the circle is the optimum, so the latent search only had to find it. If we train without
# circles, no point of the plane decodes to one. ``latentbench audit`` warns of such experiments.

without = np.concatenate([designs[name] for name in classes if name != "circle"])
blind = bench.make_encoder("vae", latent_dim=2, hidden=128, epochs=40).fit(without, rng)
ledger = bench.search(problem, blind, bench.make_optimiser("sep-cma-es"), start=start, budget=800, rng=rng)
print(f"without circles: best σ = {problem.display(ledger.best_objective):.4f}")
