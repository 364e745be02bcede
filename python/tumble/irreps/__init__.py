"""What each degree l of the equivariant features of a model carries: `tumble irreps`.

A model marks its features (`tumble.features`). `marks` reads a mark, `layers` finds the marked layers, `observers` see
and edit their features in an evaluation, `equivariance` checks that they turn as declared. `measures` describes the
features, `ablation` what is lost without them, and `run` does all of it. This file imports nothing.
"""
