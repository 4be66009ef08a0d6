"""Figures and tables of the book: functions from arrays and lists of dictionaries to pictures.

Nothing here loads data. Next to each drawing function stands one that says the same in words
(`..._numbers`), made from the same values, for the alt text. The modules import matplotlib,
seaborn and openTSNE, so this file imports none of them.
"""
