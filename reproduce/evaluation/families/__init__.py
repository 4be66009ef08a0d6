"""The arithmetic of the families of metrics, a file each: values and bootstrap draws from arrays.

The arrays are those of a result, by their stored names (`test/labels`, `curve/iteration`, ...), and
beside them what is known without any array, by the names below.
"""

# Training images by class; the classes' names; the confusion matrix (rows: true class); the class
# scores and the class predicted, after a method's post-hoc steps.
COUNTS = "training/counts"
CLASS_NAMES = "training/class_names"
CONFUSION = "test/confusion"
SCORES = "test/scores"
PREDICTIONS = "test/predictions"
LABELS = "test/labels"
HISTORY = "training/history"
