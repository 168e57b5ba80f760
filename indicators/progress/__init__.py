"""Progress towards targets: frames in, verdicts that can be audited out (docs/method.md §§2–8).

    rows, targets → points, targets → batch → judgement → verdict → explanation
                                                          projection, path

One engine judges a whole frame as arrays; `judge` is a batch of one, with its projection.
"""
