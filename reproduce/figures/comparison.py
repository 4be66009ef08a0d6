"""Which method is another's with thresholding after it."""

THRESHOLDED = {
    "baseline": "thresholding",
    "oversampling": "oversampling_thresholding",
    "undersampling": "undersampling_thresholding",
}
