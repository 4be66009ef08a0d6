"""What a column is called, in the many words that papers use, and the role that it has here."""

import re
import unicodedata
from dataclasses import dataclass, replace

from reproduce.audit.cells import plain

# What a line is about.
LABELS = {
    "table": "name of the table, if the file holds several",
    "test_set": "name of the test set, if the file holds several",
    "row": "name of the printed row, such as the method; lines of one confusion matrix share it",
    "class": "class that the line is about (list all of them); empty: the whole test set",
}
# What is known of the test set: whole numbers.
COUNTS = {
    "n": "test images",
    "runs": "runs that were averaged; 1 for a single run, empty where nobody says it",
    "folds": "folds of a cross-validation that were averaged",
    "support": "test images of the class",
    "positives": "test images of the rare class, where there are two classes",
    "negatives": "test images of the other class",
}
FACTS = ("averaging", "spread", "rounding", "unit", "orientation")
SCORES = {
    "accuracy": "share of test images classified correctly",
    "error": "1 - accuracy",
    "precision": "of the class, or where no class is named whatever the table averages over",
    "recall": "the same (sensitivity)",
    "specificity": "of the class, or of the positive class",
    "f1": "as precision",
    "npv": "negative predictive value",
    "iou": "of the class (Jaccard index)",
    "dice": "of the class",
    "macro_precision": "plain mean over classes",
    "macro_recall": "plain mean over classes (balanced accuracy)",
    "macro_f1": "plain mean over classes",
    "weighted_precision": "mean over classes by number of test images",
    "weighted_recall": "mean over classes by number of test images",
    "weighted_f1": "mean over classes by number of test images",
    "micro_precision": "over all classes pooled",
    "micro_recall": "over all classes pooled",
    "micro_f1": "over all classes pooled",
    "g_mean": "geometric mean of recall and specificity",
    "weighted_g_mean": "mean over classes by number of test images",
    "mcc": "Matthews correlation",
    "kappa": "Cohen's kappa",
    "youden": "recall + specificity - 1",
    "iba_0.1": "index of balanced accuracy at this alpha (any alpha: iba_0.5, iba_1)",
    "miou": "plain mean of the classes' IoU",
    "mdice": "plain mean of the classes' Dice",
    "eer": "equal error rate",
    "auc": "area under the ROC curve",
}
# These may lie below zero.
SIGNED = ("mcc", "kappa", "youden")
PREDICTED = "predicted "

# Every other name of a role, as `_words` leaves it.
ENGLISH = {
    "test_set": "dataset, data set, data, test data, testset, benchmark",
    "row": "method, methods, model, models, algorithm, approach, name, loss, loss function, "
           "network, backbone, architecture, classifier, technique, fold, seed, run",
    "class": "label, category, classes, diagnosis, grade",
    "n": "test images, images, test size, sample size, samples, number of images, no of images, "
         "number of samples, test n, n test",
    "runs": "seeds, repeats, repetitions, trials, number of runs, no of runs",
    "folds": "number of folds, cv folds",
    "support": "count, class size",
    "positives": "pos, positive, n pos, number of positives",
    "negatives": "neg, negative, n neg, number of negatives",
    "averaging": "average",
    "accuracy": "acc, top 1, top1, top 1 accuracy, top 1 acc, oa, ca, classification accuracy, "
                "correct, correct classification rate",
    "error": "err, error rate, top 1 error, misclassification rate",
    "precision": "prec, pre, pr, ppv, positive predictive value",
    "recall": "rec, re, sensitivity, sens, sen, sn, tpr, true positive rate, hit rate, "
              "detection rate",
    "specificity": "spec, spe, sp, tnr, true negative rate, selectivity",
    "npv": "negative predictive value",
    "f1": "f1 score, f score, fscore, f measure, fmeasure, f1 measure, f 1, f 1 score, f1score",
    "iou": "jaccard, jaccard index, ji, jac, jaccard similarity, jaccard score",
    "dice": "dsc, dice score, dice coefficient, dice similarity coefficient, dice coef",
    "macro_recall": "balanced accuracy, balanced acc, bacc, b acc, bal acc, ba, bca, bmca, uar, "
                    "mean class accuracy, average class accuracy, class balanced accuracy, mca, "
                    "unweighted average recall",
    "g_mean": "gmean, g means, geometric mean, gm",
    "mcc": "matthews, matthews correlation, matthews correlation coefficient",
    "kappa": "cohens kappa, cohen kappa, cohen s kappa, κ",
    "youden": "youden index, youden s index, youdens j, youden s j, j index, informedness, tss",
    "miou": "mean iou, m iou, mean jaccard, mean intersection over union",
    "mdice": "mean dice, m dice, mdsc, mean dsc",
    "eer": "equal error rate",
    "auc": "auroc, roc auc, auc roc, rocauc, aucroc, au roc, area under the curve, "
           "area under the roc curve, area under roc, auc score",
}  # fmt: skip
KOREAN = {
    "table": "표",
    "test_set": "데이터셋, 데이터, 데이터 세트, 시험 집합",
    "row": "방법, 모델, 모형, 기법, 알고리즘, 분류기, 손실 함수, 손실, 구분, 백본",
    "class": "클래스, 범주, 등급, 질환, 진단, 부류",
    "n": "표본 수, 이미지 수, 데이터 수, 시험 이미지 수, 표본수, 이미지수",
    "runs": "반복, 반복 횟수, 실행 횟수, 시드",
    "folds": "폴드 수",
    "support": "지지도, 지원, 개수, 클래스 크기",
    "positives": "양성, 양성 수",
    "negatives": "음성, 음성 수",
    "averaging": "평균 방식",
    "accuracy": "정확도, 전체 정확도, 분류 정확도, 정분류율",
    "error": "오류율, 오차율, 오분류율, 에러율",
    "precision": "정밀도, 정확률, 양성예측도, 양성 예측도",
    "recall": "재현율, 민감도, 재현률",
    "specificity": "특이도, 특이성",
    "npv": "음성예측도, 음성 예측도",
    "f1": "f1 점수, f1 스코어, f1점수, f1스코어, f 점수, f1 값, f1 척도",
    "iou": "자카드, 자카드 지수",
    "dice": "다이스, 다이스 계수, 다이스 지수",
    "macro_recall": "균형 정확도, 균형정확도",
    "g_mean": "기하평균, 기하 평균, g 평균",
    "mcc": "매튜 상관계수, 매튜스 상관계수",
    "kappa": "카파, 카파 계수, 코헨 카파",
    "miou": "평균 iou",
    "mdice": "평균 다이스",
    "eer": "동일 오류율, 등오류율",
    "auc": "곡선 아래 면적",
}
SPREADS = (
    "sd",
    "std",
    "s d",
    "stdev",
    "std dev",
    "standard deviation",
    "±",
    "표준편차",
    "표준 편차",
    "σ",
)
ERRORS = ("se", "sem", "standard error", "표준오차", "표준 오차")
AVERAGES = {
    "macro": "macro averaged, macro averages, macro average, macro avg, macro, unweighted, "
             "매크로 평균, 매크로, 거시 평균, 마크로",
    "weighted": "weighted averaged, weighted average, weighted avg, weighted, 가중 평균, 가중",
    "micro": "micro averaged, micro average, micro avg, micro, 마이크로 평균, 마이크로, 미시 평균",
}  # fmt: skip
# Of another part of the data than the one that is judged, or of no whole number of images.
OTHER_PARTS = {"train", "training", "val", "valid", "validation", "dev", "훈련", "학습", "검증"}
IDLE = {"test", "testing", "overall", "mean", "avg", "average", "the", "score", "scores",
        "value", "values", "rate", "시험", "평균", "테스트"}  # fmt: skip
RULED = re.compile(
    r"\((?:%|percent|in %)\)|\[%\]|(?<![a-z])in %|%|％|퍼센트|백분율|\bpercent(?:age)?\b"
)
JOINED = {"mf1": "macro_f1", "maf1": "macro_f1", "macrof1": "macro_f1", "macf1": "macro_f1",
          "wf1": "weighted_f1", "weightedf1": "weighted_f1", "mrecall": "macro_recall",
          "mprecision": "macro_precision"}  # fmt: skip
BY_NAME = {
    one.strip(): role for names_of in (ENGLISH, KOREAN) for role, names in names_of.items()
    for one in names.split(",")
}  # fmt: skip
BY_AVERAGE = [(one.strip(), kind) for kind, names in AVERAGES.items() for one in names.split(",")]
# Letters that mean something only beside others.
TOGETHER = {"p": ("r", "precision"), "r": ("p", "recall"), "se": ("sp", "recall")}
KNOWN = {**LABELS, **COUNTS, **SCORES, **dict.fromkeys(FACTS)}


@dataclass(frozen=True)
class Heading:
    """A column's role (None where it is not known), and its scale where the heading says it.

    `of` is "sd" or "se" where the column is the spread of the score before it.
    """

    text: str
    role: str | None
    scale: int | None = None
    of: str | None = None


def heading(text: str) -> Heading:
    """Return what a column's name says."""
    shown = " ".join(plain(text).split())
    lowered = unicodedata.normalize("NFKC", shown).lower()
    scale = 100 if RULED.search(lowered) else None
    for sign in (PREDICTED, "pred ", "pred. ", "predicted: ", "예측 ", "→ "):
        if lowered.startswith(sign) and lowered[len(sign) :].strip():
            named = shown[len(sign) :].strip()
            named = named[:-1].strip() if named.endswith("%") else named
            return Heading(shown, PREDICTED + named, scale)
    if "@" in lowered:
        return Heading(shown, None)
    words = _words(RULED.sub(" ", lowered))
    role, of = _role(words)
    return Heading(shown, role, scale, of)


def headings(texts) -> list[Heading]:
    """Return what the names of a table's columns say, each beside the others.

    "P" is precision beside "R" and may be anything alone; "SE" is sensitivity beside "SP", and a
    standard error behind a score.
    """
    found = [heading(text) for text in texts]
    words = [_words(one.text.lower()) for one in found]
    for position, word in enumerate(words):
        partner, role = TOGETHER.get(word, ("", ""))
        if partner and partner in words:
            found[position] = replace(found[position], role=role, of=None)
    return found


def _words(text: str) -> str:
    """Return a name without signs: "F1-Score (↑)" is "f1 score"."""
    text = re.sub(
        r"[↑↓▲▼*†‡§¶#]", " ", text.replace("±", " ± ").replace("'", " ").replace("’", " ")
    )
    text = re.sub(r"iba[\s_(=αalph]*([\d.]+)\)?", r"iba\1", text)
    return " ".join(re.sub(r"[^\w.±κσ]+|_+|(?<!\d)\.|\.(?!\d)", " ", text).split())


def _role(words: str) -> tuple[str | None, str | None]:
    if not words:
        return None, None
    named = words.replace(" ", "_")
    if named in KNOWN:
        return named, None
    if (found := re.fullmatch(r"iba([\d.]+)", words)) and found[1].count(".") <= 1:
        return (f"iba_{found[1]}", None) if any(map(str.isdigit, found[1])) else (None, None)
    for kind, names in (("sd", SPREADS), ("se", ERRORS)):
        for one in sorted(names, key=len, reverse=True):
            rest = _without(words, one)
            if rest is not None and one not in BY_NAME and (not rest or _score(rest)):
                return _score(rest) if rest else None, kind
    if words in BY_NAME:
        return BY_NAME[words], None
    return _score(words), None


def _score(words: str) -> str | None:
    """Return the score that words name, with what it is averaged over."""
    if not words or OTHER_PARTS & set(words.split()):
        return None
    if words.replace(" ", "") in JOINED:
        return JOINED[words.replace(" ", "")]
    if words in ("average precision", "mean average precision", "avg precision"):
        # Of detection: the area under a curve.
        return None
    averaging = None
    for one, kind in BY_AVERAGE:
        if (rest := _without(words, one)) is not None:
            averaging, words = kind, rest
            break
    for text in (words, " ".join(word for word in words.split() if word not in IDLE)):
        role = text.replace(" ", "_") if text.replace(" ", "_") in SCORES else BY_NAME.get(text)
        if role in SCORES:
            return _averaged(role, averaging)
    return None


def _averaged(role: str, averaging: str | None) -> str | None:
    if averaging is None:
        return role
    named = f"{averaging}_{role}"
    if named in SCORES:
        return named
    # "Macro IoU" is the mean IoU; a macro accuracy means something else in every paper.
    return {"macro_iou": "miou", "macro_dice": "mdice"}.get(named)


def _without(words: str, part: str) -> str | None:
    """Return words without a part of whole words, None where it is not in them."""
    padded = f" {words} "
    if f" {part} " not in padded:
        return None
    return " ".join(padded.replace(f" {part} ", " ", 1).split())


def known_names() -> tuple[str, ...]:
    """Return the names of columns for a message."""
    return (*LABELS, *COUNTS, *SCORES, f"{PREDICTED}NAME")
