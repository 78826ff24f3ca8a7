"""From counts to 50 principal components by scanpy, one thread; prints seconds of each step and the peak memory as JSON.

python scanpy_counts.py FILE [--flavor seurat]     (scanpy 1.11)
"""

import os

for name in ("OMP", "OPENBLAS", "MKL", "NUMBA"):
    os.environ[f"{name}_NUM_THREADS"] = "1"

import argparse
import json
import resource
import time
import warnings

warnings.filterwarnings("ignore")
steps = {}
last = time.perf_counter()


def step(name):
    global last
    now = time.perf_counter()
    steps[name] = now - last
    last = now


def peak_megabytes():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


import scanpy as sc

step("imports")
peak_of_imports = peak_megabytes()

parser = argparse.ArgumentParser()
parser.add_argument("file")
parser.add_argument("--flavor", default="seurat")
arguments = parser.parse_args()
seurat_v3 = arguments.flavor == "seurat_v3"


def choose_genes():
    sc.pp.highly_variable_genes(adata, n_top_genes=2000, flavor=arguments.flavor)
    step("variable genes")


last = time.perf_counter()
adata = sc.read_h5ad(arguments.file)
step("load")
if seurat_v3:
    choose_genes()
sc.pp.normalize_total(adata)
step("normalise")
sc.pp.log1p(adata)
step("log1p")
if not seurat_v3:
    choose_genes()
sc.pp.pca(adata, n_comps=50)
step("pca")

print(
    json.dumps(
        {
            "version": sc.__version__,
            "steps": steps,
            "peakOfImports": peak_of_imports,
            "peak": peak_megabytes(),
            "genes": adata.var["highly_variable"].to_numpy().nonzero()[0].tolist(),
            "ratios": adata.uns["pca"]["variance_ratio"].tolist(),
        }
    )
)
