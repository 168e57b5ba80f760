"""Fair comparison: frames in, frames out (docs/method.md §9).

rows → comparable → intervals → ranks          who is first, as far as chance lets one say
                        ↑
nation, groups, target → benchmarks → comparison   better, worse or similar
peer_groups.yaml → peers → neighbours              who is like whom
                                spine              one region over all indicators
"""
