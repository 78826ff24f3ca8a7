"""umap-learn beside bench/umap.ts, and one measure of both maps.

python umap_learn.py map FOLDER N D          points.f32 -> learn.f32 (float32, [N, 2]), seconds and memory as JSON
python umap_learn.py measure FOLDER N D      trustworthiness at 15 of meander.f32 and learn.f32, on the same cells
python umap_learn.py recall FOLDER N D K     share of the true neighbours in neighbors.i32, on 2,000 cells

Versions: fixtures/reference/requirements.txt. Give one thread to each library: bench/umap.ts sets the variables.
"""

import json
import resource
import sys
import time
from pathlib import Path

import numpy as np

# scanpy's defaults for sc.pp.neighbors and sc.tl.umap; the initial layout is Meander's
SETTINGS = dict(n_neighbors=15, min_dist=0.5, spread=1.0, init="pca", random_state=0)
# trustworthiness by scikit-learn within a subset, and of a sample among all cells
SUBSET = 5_000
SAMPLE = 1_000


def read(folder, name, n, d, dtype=np.float32):
    return np.fromfile(Path(folder) / name, dtype).reshape(n, d)


def subset(n, size):
    return np.sort(np.random.default_rng(0).choice(n, min(n, size), replace=False))


def make_map(folder, n, d):
    points = read(folder, "points.f32", n, d)
    start = time.perf_counter()
    from umap import UMAP

    imported = time.perf_counter()
    # more than 4,096 cells, so that what is compiled is what the real run uses
    UMAP(**SETTINGS, n_epochs=11).fit(np.random.default_rng(1).normal(size=(5_000, d)).astype(np.float32))
    warm = time.perf_counter()
    coordinates = UMAP(**SETTINGS).fit_transform(points)
    seconds = time.perf_counter() - warm
    coordinates.astype(np.float32).tofile(Path(folder) / "learn.f32")
    return {
        "seconds": seconds,
        "import": imported - start,
        "warmUp": warm - imported,
        "peakMegabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def measure(folder, n, d):
    from sklearn.manifold import trustworthiness

    points = read(folder, "points.f32", n, d)
    cells, few = subset(n, SUBSET), subset(n, SAMPLE)
    result = {}
    for name in ("meander", "learn"):
        if not (Path(folder) / f"{name}.f32").exists():
            continue
        places = read(folder, f"{name}.f32", n, 2)
        result[name] = {
            "subset": trustworthiness(points[cells], places[cells], n_neighbors=15),
            "all": 1 - float(np.mean([intrusion(points, places, cell, 15) for cell in few])),
        }
    return result


def intrusion(points, places, cell, k):
    """What one cell contributes to 1 - trustworthiness: ranks among all cells, not among the subset alone."""
    n = len(points)
    near = np.argsort(((places - places[cell]) ** 2).sum(axis=1), kind="stable")
    near = near[near != cell][:k]
    squares = ((points - points[cell]) ** 2).sum(axis=1)
    squares[cell] = -1
    ranks = np.array([(squares < squares[j]).sum() for j in near])
    return 2 / (k * (2 * n - 3 * k - 1)) * np.maximum(0, ranks - k).sum()


def recall(folder, n, d, k):
    from sklearn.neighbors import NearestNeighbors

    points = read(folder, "points.f32", n, d)
    found = read(folder, "neighbors.i32", n, k, np.int32)
    cells = subset(n, 2_000)
    true = NearestNeighbors(n_neighbors=k + 1, algorithm="brute").fit(points).kneighbors(points[cells], return_distance=False)
    hits = sum(len(np.intersect1d(row[row != cell][:k], found[cell])) for cell, row in zip(cells, true))
    return {"recall": hits / (len(cells) * k)}


if __name__ == "__main__":
    what, folder, *numbers = sys.argv[1:]
    work = {"map": make_map, "measure": measure, "recall": recall}[what]
    print(json.dumps(work(folder, *map(int, numbers))))
