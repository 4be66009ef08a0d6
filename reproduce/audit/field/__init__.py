"""What a reader of this field asks beside arithmetic: baselines, margins, significance, repeats.

Nothing here says that numbers cannot hold. What it finds is *notable* (possible, and yet a reader
should know it) or a *hint* (a question, and never a finding).
"""
