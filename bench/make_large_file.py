"""Writes a large h5ad with random CSR data, laid out as anndata lays it out by default.

python make_large_file.py OUT --gigabytes 6 [--gzip]     (needs h5py and numpy)
"""

import argparse

import h5py
import numpy as np

N_VARS = 20_000
ROWS_AT_ONCE = 2_000
# 13 of 256 byte values: 5.08 % of the entries are not zero
THRESHOLD = 13


def encode(element, kind, version):
    element.attrs["encoding-type"] = kind
    element.attrs["encoding-version"] = version


def write_frame(root, key, names, columns):
    frame = root.create_group(key)
    encode(frame, "dataframe", "0.2.0")
    frame.attrs["_index"] = "_index"
    frame.attrs["column-order"] = np.array(list(columns), dtype=h5py.string_dtype())
    index = frame.create_dataset("_index", data=names, dtype=h5py.string_dtype())
    encode(index, "string-array", "0.2.0")
    for name, values in columns.items():
        encode(frame.create_dataset(name, data=values), "array", "0.2.0")


def write_csr(root, n_obs, rng, options):
    x = root.create_group("X")
    encode(x, "csr_matrix", "0.1.0")
    x.attrs["shape"] = np.array([n_obs, N_VARS])
    # as anndata: resizable, hence in chunks of the size that h5py guesses for the whole
    nnz = int(n_obs * N_VARS * THRESHOLD / 256)
    resizable = {"maxshape": (None,), "shape": (nnz,), **options}
    data = x.create_dataset("data", dtype="float32", **resizable)
    indices = x.create_dataset("indices", dtype="int32", **resizable)
    indptr = [np.zeros(1, dtype=np.int64)]
    filled = 0
    for start in range(0, n_obs, ROWS_AT_ONCE):
        rows = min(ROWS_AT_ONCE, n_obs - start)
        mask = np.frombuffer(rng.bytes(rows * N_VARS), dtype=np.uint8).reshape(rows, N_VARS) < THRESHOLD
        columns = np.nonzero(mask)[1].astype(np.int32)
        end = filled + columns.size
        if end > data.shape[0]:
            data.resize((end,))
            indices.resize((end,))
        data[filled:end] = rng.standard_exponential(columns.size, dtype=np.float32)
        indices[filled:end] = columns
        indptr.append(filled + np.cumsum(mask.sum(axis=1, dtype=np.int64)))
        filled = end
    data.resize((filled,))
    indices.resize((filled,))
    x.create_dataset("indptr", data=np.concatenate(indptr), maxshape=(None,), **options)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("out")
    parser.add_argument("--gigabytes", type=float, default=6)
    parser.add_argument("--gzip", action="store_true")
    arguments = parser.parse_args()
    rng = np.random.default_rng(1)
    n_obs = int(arguments.gigabytes * 1e9 / 8 / (N_VARS * THRESHOLD / 256))
    with h5py.File(arguments.out, "w") as root:
        encode(root, "anndata", "0.1.0")
        write_csr(root, n_obs, rng, {"compression": "gzip"} if arguments.gzip else {})
        write_frame(root, "obs", [f"cell {i}" for i in range(n_obs)], {"day": np.arange(n_obs) * 5 // n_obs})
        write_frame(root, "var", [f"gene {i}" for i in range(N_VARS)], {})
        obsm = root.create_group("obsm")
        encode(obsm, "dict", "0.1.0")
        pca = rng.standard_normal((n_obs, 50), dtype=np.float32)
        encode(obsm.create_dataset("X_pca", data=pca), "array", "0.2.0")


if __name__ == "__main__":
    main()
