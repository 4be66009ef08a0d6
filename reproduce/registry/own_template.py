"""The file to start a paper of one's own from; it is itself a paper without a finding."""

TEMPLATE = """\
# A paper of your own, for `reproduce audit --paper {name}.yaml`. It can be checked as it stands;
# put your paper in its place. Every number as printed, zeros and all: 0.80 is not 0.8.
paper: {name}
read: the version that you have before you
# What the paper states of all its tables; leave out what it does not. A table may have its own.
#   averaging: macro, weighted, micro, class     spread: sd, sd_population, se, ci95, over_folds
#   runs, folds, n: whole numbers                counts: cat=40, dog=60
#   orientation: rows_true, rows_predicted       rounding: half_up, half_even, truncated, ceiling
#   unit: percent, fraction
stated: {{}}
tables:
  Table 1:
    # The table, pasted (CSV, Markdown, LaTeX, HTML, a printed report), or `file: table1.csv`.
    # `reproduce audit --template` says what the columns mean and which check each of them unlocks.
    text: |
      method,class,support,precision,recall,f1
      ours,cat,40,0.88,0.90,0.89
      ours,dog,60,0.93,0.92,0.92
      baseline,cat,40,0.80,0.80,0.80
      baseline,dog,60,0.87,0.87,0.87
  Table 2:
    text: |
      method,n,accuracy %
      ours,100,91.0
      baseline,100,84.0
# Sentences, and the cells that they stand on. A cell has the fields table, dataset (test_set),
# method (row), class_name (class) and metric (the column, by its name in --template).
sentences:
  # With a number: one cell is the number again; one cell and one in `than` are after and before.
  - id: gain
    quote: improves accuracy by 7 points
    place: Section 4
    number: "7"
    cells: [{{table: Table 2, method: ours, metric: accuracy}}]
    than: [{{table: Table 2, method: baseline, metric: accuracy}}]
  # Without a number. Claims: better, significant (its direction), best, robust (with `within`).
  - id: minority
    quote: improves on the minority class
    place: the abstract
    claim: better
    cells: [{{table: Table 1, method: ours, class_name: cat, metric: recall}}]
    than: [{{table: Table 1, method: baseline, class_name: cat, metric: recall}}]
  - id: alike
    quote: robust to the class
    place: Section 4
    claim: robust
    within: "0.05"
    cells:
      - {{table: Table 1, method: ours, class_name: cat, metric: f1}}
      - {{table: Table 1, method: ours, class_name: dog, metric: f1}}
# Checks of your own choice: a function of reproduce.audit and the addresses of its numbers.
checks:
  - id: gap
    check: differences.claimed
    table: Table 2
    severity: inconsistent
    about: the gain again, as a difference
    says: paper
    numbers:
      number: {{prose: gain}}
      expression:
        joined:
          - {{cell: {{table: Table 2, method: ours, metric: accuracy}}}}
          - "-"
          - {{cell: {{table: Table 2, method: baseline, metric: accuracy}}}}
"""


def template(name: str) -> str:
    """Return the file for a paper of this name."""
    return TEMPLATE.format(name=name)
