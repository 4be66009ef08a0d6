"""Every method, written as a short list of phases and post-hoc steps; `registry` has them all."""
