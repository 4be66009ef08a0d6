"""The file to start a table of one's own from: what each column means, and what it unlocks."""

from reproduce.audit.headings import COUNTS, LABELS, SCORES

TEXT = """\
# One line for each printed row, every number as printed: keep trailing zeros, 0.80 is not 0.8.
# A percentage has its % behind the number, or "%" behind the column's name: "accuracy %".
# Leave out columns that you do not need, and leave empty what is not printed. A column that is not
# known is left out, and you are told. Any delimiter will do; so will .xlsx, LaTeX, Markdown, HTML.
#
# What nobody states is not assumed. State what the paper states in a line for itself, such as
# "averaging = macro" behind this sign, in a column of that name, or as an option of the command,
# such as --averaging macro:
#   averaging      macro, weighted, micro, or class (of one class, the positive one)
#   spread         what ± is: sd (k - 1), sd_population (k), se, ci95 (half of it), or over_folds
#   runs           runs that were averaged, a whole number
#   folds          folds of a cross-validation; n is then the size of the whole set
#   n              test images
#   counts         test images of each class: cat=40, dog=60
#   orientation    rows_true or rows_predicted: what the rows of a confusion matrix are
#   rounding       half_up, half_even, truncated, ceiling, or either
#   unit           percent or fraction
# If the averaging of "Precision, Recall, F1" is not stated, call the columns precision, recall and
# f1 and leave it so: a row is then accused only if no averaging allows it.
# A mean with its spread is one cell, 79.68 ± 0.71 or 79.68 (0.71), or two columns, accuracy and
# accuracy sd; say how many runs, and what ± is if the paper does.
#
# What unlocks which check:
#   n                       can this accuracy be a share of n images?
#   n, runs and ±           can k runs on n images have this mean and spread?
#   support of each class   can its recall be a share of its images? do the averages fit?
#   positives, negatives    is there a confusion matrix with all these scores?
#   precision, recall, f1   does F1 fit the other two?
#   lines of all classes    are macro and weighted averages the averages of these lines?
#   predicted NAME          sums, sizes and every score recomputed from the confusion matrix
#   test_set                are the confusion matrices of one test set of the same images?
#   dice and iou; auc and eer; three iba_...: do they go together?
#
# A confusion matrix has one line for each true class and one column "predicted NAME" for each
# predicted class: whole numbers, or shares of the row.
#
{columns}
#
{example}
"""
EXAMPLE = (
    "table,row,class,n,runs,support,accuracy %,precision,recall,f1,"
    "macro_precision,macro_recall,macro_f1,predicted cat,predicted dog",
    "Table 1,ours,cat,,,40,,0.88,0.90,0.89,,,,36,4",
    "Table 1,ours,dog,,,60,,0.93,0.92,0.92,,,,5,55",
    "Table 1,ours,,100,,,91.0,,,,0.91,0.91,0.91,,",
    "Table 2,ours,,100,3,,90.67 ± 0.58,,,,0.9049,0.9083,0.9063,,",
)


def template() -> str:
    """Return a file to start from, which says what the columns mean."""
    told = ["# Columns:"]
    for part in (LABELS, COUNTS, SCORES):
        told += [f"#   {name}: {what}" for name, what in part.items()]
    filled = TEXT.replace("{columns}", "\n".join(told))
    return filled.replace("{example}", "\n".join(EXAMPLE))
