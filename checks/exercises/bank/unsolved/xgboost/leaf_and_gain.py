"""The weight of a leaf and the gain of a split, with all three penalties.

A leaf's rows have gradients that sum to G and hessians that sum to H. Its weight w minimises

    G w + (H + reg_lambda) w**2 / 2 + reg_alpha |w|

and a split is worth what it lowers that minimum by, summed over the leaves.
"""


def leaf_weight(G: float, H: float, reg_lambda: float, reg_alpha: float) -> float:
    """Return the weight that minimises the leaf's objective."""
    raise NotImplementedError("TODO: the minimiser; what does the L1 term do to G?")


def split_gain(
    G_left: float,
    H_left: float,
    G_right: float,
    H_right: float,
    reg_lambda: float,
    reg_alpha: float,
    gamma: float,
) -> float:
    """Return the gain of a split, less gamma: the split is kept when this is above 0.

    On the library's scale, which leaves out the paper's factor 1/2: twice the fall of the
    objective, and gamma is subtracted from that.
    """
    raise NotImplementedError("TODO: left and right against the parent, less gamma")
