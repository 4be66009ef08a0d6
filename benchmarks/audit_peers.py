"""The audit side by side with mlscorecheck, and on published cases of GRIM, GRIMMER and DEBIT.

`python -m benchmarks.audit_peers` asks mlscorecheck (an extra of this benchmark:
`pip install mlscorecheck`) and this package the same questions, and writes
`book/results/audit_peers.json`. Scores are taken as rounded to the nearest in both.
"""

import json
import logging
from time import perf_counter

from benchmarks.verdict_guard import commit
from reproduce.audit.existence import binary_matrix
from reproduce.audit.field import named
from reproduce.audit.possible.sets_of_images import mean_over_sets, recalls_and_hits, stratified
from reproduce.files import project_root, write_text

RESULT = "book/results/audit_peers.json"
OURS = {"acc": "accuracy", "sens": "recall", "spec": "specificity", "bacc": "balanced_accuracy",
        "f1p": "f1", "ppv": "precision"}  # fmt: skip
# One test set: what it is, positives, negatives, scores as printed.
TEST_SETS = [
    (
        "README: 100 of 300 positive",
        100,
        200,
        {"acc": "0.9567", "sens": "0.8545", "spec": "0.9734"},
    ),
    (
        "README: 530 of 1,432",
        530,
        902,
        {"acc": "0.62", "sens": "0.22", "spec": "0.86", "f1p": "0.3"},
    ),
    (
        "README: the same, accuracy 0.92",
        530,
        902,
        {"acc": "0.92", "sens": "0.22", "spec": "0.86", "f1p": "0.3"},
    ),
    ("ISIC 2016, 75 of 379", 75, 304, {"acc": "0.855", "sens": "0.507", "spec": "0.941"}),
]
# Means over folds or test sets.
FOLDS = [
    ("README: two folds", [(52, 94), (74, 37)], {"acc": "0.573", "sens": "0.768", "bacc": "0.662"}),
    ("README: the same, recall 0.568", [(52, 94), (74, 37)],
     {"acc": "0.573", "sens": "0.568", "bacc": "0.662"}),
    ("TPEHG, five stratified folds of 38 + 262", "stratified",
     {"acc": "0.9447", "sens": "0.9139", "spec": "0.9733"}),
]  # fmt: skip


def run() -> None:
    """Ask both, print and store the answers."""
    logging.disable(logging.INFO)
    rows = [_test_set(*case) for case in TEST_SETS] + [_folds(*case) for case in FOLDS]
    rows += _classes() + _published()
    for row in rows:
        print(f"{row['case']:52s} {row['known']:14s} ours {row['ours']}")
    told = ",\n".join(json.dumps(row) for row in rows)
    text = f'{{\n"commit": {json.dumps(commit())},\n"cases": [\n{told}\n]\n}}\n'
    write_text(project_root() / RESULT, text)


def _half(scores: dict[str, str]) -> float:
    """Return half a step of the last printed digit."""
    return 0.5 * 10 ** -max(len(text.partition(".")[2]) for text in scores.values())


def _row(case: str, known: str, by: str, ours, seconds: float, theirs: float | None) -> dict:
    return {"case": case, "known": known, "by": by, "ours": ours.status, "says": ours.statement,
            "ms": round(1000 * seconds, 1),
            "their_ms": None if theirs is None else round(1000 * theirs, 1)}  # fmt: skip


def _timed(function, *arguments, **options):
    started = perf_counter()
    found = function(*arguments, **options)
    return found, perf_counter() - started


def _test_set(case: str, positives: int, negatives: int, scores: dict[str, str]) -> dict:
    from mlscorecheck.check.binary import check_1_testset_no_kfold

    theirs, their_seconds = _timed(
        check_1_testset_no_kfold, testset={"p": positives, "n": negatives},
        scores={name: float(text) for name, text in scores.items()}, eps=_half(scores),
    )  # fmt: skip
    ours, seconds = _timed(
        binary_matrix, {OURS[name]: text for name, text in scores.items()}, positives, negatives
    )
    known = "inconsistent" if theirs["inconsistency"] else "consistent"
    return _row(case, known, "mlscorecheck", ours, seconds, their_seconds)


def _folds(case: str, folds, scores: dict[str, str]) -> dict:
    from mlscorecheck.check.binary import check_1_dataset_known_folds_mos

    ways = [[(1, p, n) for p, n in folds]] if folds != "stratified" else stratified(38, 262, 5)
    printed = {OURS[name]: text for name, text in scores.items()}
    answers, seconds = _timed(lambda: [mean_over_sets(printed, way) for way in ways])
    ours = min(answers, key=lambda one: one.inconsistent)
    values = {name: float(text) for name, text in scores.items()}
    inconsistent, their_seconds = _timed(lambda: [
        check_1_dataset_known_folds_mos(
            dataset={"p": sum(t * p for t, p, _ in way), "n": sum(t * n for t, _, n in way)},
            folding={"folds": [{"p": p, "n": n} for t, p, n in way for _ in range(t)]},
            scores=values, eps=_half(scores),
        )["inconsistency"]
        for way in ways
    ])  # fmt: skip
    known = "inconsistent" if all(inconsistent) else "consistent"
    return _row(case, known, "mlscorecheck", ours, seconds, their_seconds)


def _classes() -> list[dict]:
    """Several classes with their sizes: the answers are checked by trying every count of hits."""
    found = []
    for recall, known in (("0.9917", "inconsistent"), ("0.7383", "consistent")):
        ours, seconds = _timed(recalls_and_hits, "0.6000", recall, [10, 100, 80])
        case = f"classes of 10, 100, 80: accuracy 0.6000, mean recall {recall}"
        found.append(_row(case, known, "every count of hits", ours, seconds, None))
    return found


def _published() -> list[dict]:
    cases = [
        ("GRIM: mean 5.19 of 28", "inconsistent", "Brown and Heathers 2017", named.grim,
         ("5.19", 28)),
        ("GRIMMER: mean 3.44, SD 2.47 of 18", "inconsistent", "Allard 2018", named.grimmer,
         ("3.44", "2.47", 18)),
        ("DEBIT: mean 0.36, SD 0.11 of 20", "inconsistent", "Heathers and Brown 2019", named.debit,
         ("0.36", "0.11", 20)),
    ]  # fmt: skip
    found = []
    for case, known, by, function, arguments in cases:
        ours, seconds = _timed(function, *arguments)
        found.append(_row(case, known, by, ours, seconds, None))
    return found


if __name__ == "__main__":
    run()
