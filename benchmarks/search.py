"""Nearest neighbours with and without Faiss: time, recall, index and memory.

    python -m benchmarks.search [LARGEST]

writes `reproduce/papers/difficulty_aware/search.csv`, which the page shows. Vectors are unit
embeddings of made-up people, twenty images each; queries are further images of theirs. Everything
runs on one thread, and times are of the processor, so that what else a machine does counts less.
Needs the extra `search` (faiss-cpu).
"""

import csv
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from reproduce.papers.difficulty_aware.search import COLUMNS, FILE

SIZES, NUMBERS, QUERIES, NEAREST = (1_000, 10_000, 100_000, 1_000_000), 64, 500, 10
OF_A_PERSON, SPREAD = 20, 0.9
# The graph takes minutes to build beyond this on one thread.
LARGEST_GRAPH = 100_000
ALONE = 100

Search = Callable[[np.ndarray], np.ndarray]


def vectors(count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return so many unit vectors, and queries near some of them."""
    random = np.random.default_rng(seed)
    centres = random.normal(size=(max(2, count // OF_A_PERSON), NUMBERS)).astype(np.float32)
    people = np.arange(count) % len(centres)
    asked = random.integers(len(centres), size=QUERIES)
    found = []
    for of in (people, asked):
        rows = centres[of] + SPREAD * random.normal(size=(len(of), NUMBERS)).astype(np.float32)
        found.append(rows / np.linalg.norm(rows, axis=1, keepdims=True))
    return found[0].astype(np.float32), found[1].astype(np.float32)


def product(known: np.ndarray) -> Search:
    """Return the search by a product of matrices and a partial sort."""

    def search(queries: np.ndarray) -> np.ndarray:
        cosines = queries @ known.T
        near = np.argpartition(-cosines, NEAREST, axis=1)[:, :NEAREST]
        order = np.argsort(-np.take_along_axis(cosines, near, 1), axis=1)
        return np.take_along_axis(near, order, 1)

    return search


def loop(known: np.ndarray) -> Search:
    """Return the search that sorts all cosines of one query after the other."""

    def search(queries: np.ndarray) -> np.ndarray:
        return np.stack([np.argsort(-(known @ query))[:NEAREST] for query in queries])

    return search


def indices(known: np.ndarray) -> Iterator[tuple[str, Callable]]:
    """Yield the indices of Faiss by name, each built when it is called."""
    import faiss

    faiss.omp_set_num_threads(1)

    def flat():
        index = faiss.IndexFlatIP(NUMBERS)
        index.add(known)
        return index

    def lists():
        count = max(1, round(np.sqrt(len(known))))
        index = faiss.IndexIVFFlat(
            faiss.IndexFlatIP(NUMBERS), NUMBERS, count, faiss.METRIC_INNER_PRODUCT
        )
        index.train(known[: 50 * count])
        index.add(known)
        index.nprobe = max(1, count // 16)
        return index

    def graph():
        index = faiss.IndexHNSWFlat(NUMBERS, 32, faiss.METRIC_INNER_PRODUCT)
        index.hnsw.efSearch = 64
        index.add(known)
        return index

    yield "Faiss, exact (flat)", flat
    yield "Faiss, lists (IVF, a sixteenth of them)", lists
    if len(known) <= LARGEST_GRAPH:
        yield "Faiss, graph (HNSW 32)", graph


def timed(act: Callable) -> tuple[float, object]:
    """Return the processor's seconds, and what came of it."""
    started = time.process_time()
    found = act()
    return time.process_time() - started, found


def measured(name: str, size: int, search: Search, queries, truth, built=0.0, memory=0) -> dict:
    """Return a row: milliseconds a query together and alone, recall, build, memory."""
    search(queries[:5])
    together, found = timed(lambda: search(queries))
    alone, _ = timed(lambda: [search(queries[k : k + 1]) for k in range(ALONE)])
    truth = found if truth is None else truth
    recall = np.mean([len(set(a) & set(b)) / NEAREST for a, b in zip(found, truth, strict=True)])
    values = (size, name, 1000 * together / len(queries), 1000 * alone / ALONE, recall, built,
              memory / 2**20)  # fmt: skip
    return dict(zip(COLUMNS, values, strict=True)) | {"found": found}


def rows(size: int) -> Iterator[dict]:
    """Yield the rows of one size."""
    import faiss

    known, queries = vectors(size)
    first = measured("matrix product", size, product(known), queries, None, memory=known.nbytes)
    truth = first["found"]
    yield first
    yield measured("one query at a time, all sorted", size, loop(known), queries[:ALONE],
                   truth[:ALONE], memory=known.nbytes)  # fmt: skip
    for name, build in indices(known):
        seconds, index = timed(build)
        memory = faiss.serialize_index(index).nbytes
        yield measured(
            name, size, lambda q, index=index: index.search(q, NEAREST)[1], queries, truth,
            seconds, memory,
        )  # fmt: skip


def main(largest: int = SIZES[-1]) -> None:
    """Measure every size up to the largest and write the table."""
    found = []
    for size in SIZES:
        if size > largest:
            continue
        for row in rows(size):
            found.append({name: f"{row[name]:.4g}" if isinstance(row[name], float) else row[name]
                          for name in COLUMNS})  # fmt: skip
            print(*found[-1].values(), sep="  ", flush=True)
    with Path(FILE).open("w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(found)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
