"""Writes an h5ad of counts like those of a time course: CSR in float32, not compressed.

python make_counts.py OUT [--cells 20000] [--genes 20000] [--density 0.05]     (needs h5py and numpy)

Four timepoints in obs/day, ten groups of cells that shift along a trajectory, gene means log-normal, library sizes
log-normal, negative binomial counts. Written in blocks of cells, so any number of cells takes the same memory.
"""

import argparse

import h5py
import numpy as np

from make_large_file import encode, write_frame

GROUPS = 10
DAYS = [0, 3, 7, 14]
MARKERS_PER_GROUP = 0.03
TREND_GENES = 0.05
DISPERSION = 2.0  # gamma shape: variance = mean + mean² / 2
ROWS_AT_ONCE = 1_000


class Model:
    """Expected share of each gene in a cell, and what a cell has of it."""

    def __init__(self, n_genes, density, rng):
        self.rng = rng
        base = rng.lognormal(0, 2.0, n_genes)
        self.profiles = np.tile(base, (GROUPS, 1))
        for profile in self.profiles:
            markers = rng.random(n_genes) < MARKERS_PER_GROUP
            profile[markers] *= rng.lognormal(1.5, 0.7, markers.sum())
        self.profiles /= self.profiles.sum(axis=1, keepdims=True)
        self.slopes = np.where(rng.random(n_genes) < TREND_GENES, rng.normal(0, 1.5, n_genes), 0)
        self.depth = self.depth_for(density)

    def depth_for(self, density):
        """Library size at which a share `density` of the entries is not zero: P(0) = (1 + m / r)^−r."""
        low, high = 1.0, 1e7
        for _ in range(60):
            middle = np.sqrt(low * high)
            mean = middle * self.profiles[:, None, :] * np.exp(np.linspace(-0.8, 0.8, 5))[None, :, None]
            filled = 1 - (1 + mean / DISPERSION) ** -DISPERSION
            low, high = (middle, high) if filled.mean() < density else (low, middle)
        return low

    def counts(self, n_cells):
        rng = self.rng
        day = rng.integers(len(DAYS), size=n_cells)
        time = day / (len(DAYS) - 1) + rng.normal(0, 0.1, n_cells)
        # later days hold later groups more often
        group = np.clip(np.rint(time * (GROUPS - 1) + rng.normal(0, 2, n_cells)), 0, GROUPS - 1).astype(int)
        size = self.depth * rng.lognormal(0, 0.4, n_cells)
        share = self.profiles[group] * np.exp(self.slopes * (time[:, None] - 0.5))
        mean = share * (size / share.sum(axis=1))[:, None]
        return rng.poisson(rng.gamma(DISPERSION, mean / DISPERSION)), day, group


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("out")
    parser.add_argument("--cells", type=int, default=20_000)
    parser.add_argument("--genes", type=int, default=20_000)
    parser.add_argument("--density", type=float, default=0.05)
    arguments = parser.parse_args()
    n_cells, n_genes = arguments.cells, arguments.genes
    model = Model(n_genes, arguments.density, np.random.default_rng(1))
    days, groups, lengths = [], [], [np.zeros(1, dtype=np.int64)]
    with h5py.File(arguments.out, "w") as root:
        encode(root, "anndata", "0.1.0")
        x = root.create_group("X")
        encode(x, "csr_matrix", "0.1.0")
        x.attrs["shape"] = np.array([n_cells, n_genes])
        resizable = {"maxshape": (None,), "shape": (0,), "chunks": (2**17,)}
        data = x.create_dataset("data", dtype="float32", **resizable)
        indices = x.create_dataset("indices", dtype="int32", **resizable)
        filled = 0
        for start in range(0, n_cells, ROWS_AT_ONCE):
            counts, day, group = model.counts(min(ROWS_AT_ONCE, n_cells - start))
            rows, columns = np.nonzero(counts)
            end = filled + columns.size
            data.resize((end,))
            indices.resize((end,))
            data[filled:end] = counts[rows, columns]
            indices[filled:end] = columns
            lengths.append(np.bincount(rows, minlength=len(day)))
            days.append(np.array(DAYS)[day])
            groups.append(group)
            filled = end
        x.create_dataset("indptr", data=np.cumsum(np.concatenate(lengths)))
        columns = {"day": np.concatenate(days), "group": np.concatenate(groups)}
        write_frame(root, "obs", [f"cell {i}" for i in range(n_cells)], columns)
        write_frame(root, "var", [f"gene {i}" for i in range(n_genes)], {})
    print(f"{n_cells} cells × {n_genes} genes, {filled} counts, {100 * filled / n_cells / n_genes:.2f} % not zero")


if __name__ == "__main__":
    main()
