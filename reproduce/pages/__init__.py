"""What the pages of any paper show: the run, its verdicts, printed tables, maps, audits."""
