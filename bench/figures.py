# SPDX-License-Identifier: MIT
"""What was measured, and how it is shown."""
import statistics


class Figures:
    """Samples of one benchmark by the name of who made them."""

    def __init__(self, title):
        print(f"\n{title}", flush=True)
        self.samples = {}

    def add(self, who, **values):
        for name, value in values.items():
            self.samples.setdefault((who, name), []).append(value)

    def median(self, who, name):
        return statistics.median(self.samples[who, name])

    def span(self, who, name, digits):
        return span(self.samples[who, name], digits)

    def ratios(self, name, who, peer):
        """Of each round by itself: what disturbs a round disturbs both."""
        return [ours / theirs for ours, theirs in
                zip(self.samples[who, name], self.samples[peer, name])]

    def ratio(self, name, who, peer):
        return span(self.ratios(name, who, peer), 2)

    def ratio_median(self, name, who, peer):
        return statistics.median(self.ratios(name, who, peer))


def span(values, digits):
    return (f"{statistics.median(values):.{digits}f}"
            f" [{min(values):.{digits}f}..{max(values):.{digits}f}]")


def row(*cells):
    print("  " + "".join(f"{cell:<26}" for cell in cells).rstrip(), flush=True)


def aim(is_met, text):
    print(f"  {'met   ' if is_met else 'MISSED'} {text}", flush=True)


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]
