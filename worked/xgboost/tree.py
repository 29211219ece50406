"""One regression tree: flat lists of node fields, growing, pruning and predicting."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from worked.xgboost.splits import Bounds, Split, TreeParameters, bounded_weight

LEAF = -1


@dataclass
class Tree:
    """A tree as parallel lists, one entry per node; node 0 is the root.

    Rule: a row goes left when its value < `threshold`; a missing value goes left when
    `default_left`. `left` and `right` are node numbers, or LEAF. `gain` is the split's loss
    change (no factor 1/2), `cover` the sum of hessians, `weight` the node's own weight before
    shrinkage, `value` what a row that ends here adds to its margin (weight times eta).
    """

    left: list[int] = field(default_factory=list)
    right: list[int] = field(default_factory=list)
    feature: list[int] = field(default_factory=list)
    threshold: list[float] = field(default_factory=list)
    default_left: list[bool] = field(default_factory=list)
    gain: list[float] = field(default_factory=list)
    cover: list[float] = field(default_factory=list)
    weight: list[float] = field(default_factory=list)
    value: list[float] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.left)


def add_leaf(tree: Tree, weight: float, cover: float, eta: float) -> int:
    """Append a leaf and return its node number."""
    tree.left.append(LEAF)
    tree.right.append(LEAF)
    tree.feature.append(0)
    tree.threshold.append(0.0)
    tree.default_left.append(False)
    tree.gain.append(0.0)
    tree.cover.append(float(np.float32(cover)))
    tree.weight.append(weight)
    tree.value.append(float(np.float32(weight) * np.float32(eta)))
    return len(tree) - 1


def add_children(
    tree: Tree, node: int, split: Split, p: TreeParameters, bounds: Bounds
) -> tuple[int, int]:
    """Turn leaf `node` into `split`, append its two leaves and return their node numbers."""
    tree.feature[node] = split.feature
    tree.threshold[node] = split.threshold
    tree.default_left[node] = split.default_left
    tree.gain[node] = split.gain
    for side, children in ((split.left, tree.left), (split.right, tree.right)):
        weight = float(bounded_weight(*side, p, bounds))
        children[node] = add_leaf(tree, weight, side[1], p.eta)
    return tree.left[node], tree.right[node]


# --8<-- [start:prune]
def prune(tree: Tree, gamma: float) -> None:
    """Collapse, from the bottom up, every split whose gain is below `gamma`.

    A split falls only when both its children are leaves, so a weak split stays if a strong
    one hangs below it. Nodes that are cut off stay in the lists, unreachable from the root.
    """

    def is_leaf(node: int) -> bool:
        return tree.left[node] == LEAF

    for node in reversed(range(len(tree))):  # children have larger numbers than their parent
        if is_leaf(node) or not (is_leaf(tree.left[node]) and is_leaf(tree.right[node])):
            continue
        if tree.gain[node] < gamma:
            tree.left[node] = tree.right[node] = LEAF


# --8<-- [end:prune]


def nodes_below(tree: Tree, node: int = 0) -> Iterator[int]:
    """Yield `node` and all nodes reachable from it, parents first, left before right."""
    yield node
    if tree.left[node] != LEAF:
        yield from nodes_below(tree, tree.left[node])
        yield from nodes_below(tree, tree.right[node])


def leaf_of_rows(tree: Tree, x: npt.NDArray[np.float32]) -> npt.NDArray[np.intp]:
    """Return the leaf's node number for every row of `x` (rows, features); NaN is missing."""
    left, right = np.array(tree.left), np.array(tree.right)
    feature, default_left = np.array(tree.feature), np.array(tree.default_left)
    threshold = np.array(tree.threshold, np.float32)
    node = np.zeros(len(x), np.intp)
    moving = np.flatnonzero(left[node] != LEAF)
    while len(moving):
        at = node[moving]
        value = x[moving, feature[at]]
        go_left = np.where(np.isnan(value), default_left[at], value < threshold[at])
        node[moving] = np.where(go_left, left[at], right[at])
        moving = moving[left[node[moving]] != LEAF]
    return node


def predict(tree: Tree, x: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return what the tree adds to the margin of every row, shape (rows,), float32."""
    return np.array(tree.value, np.float32)[leaf_of_rows(tree, x)]


def describe(tree: Tree, node: int = 0, indent: str = "") -> str:
    """Return the tree as text, one line per node, in the order left before right."""
    if tree.left[node] == LEAF:
        return f"{indent}leaf {tree.value[node]:.6g} cover {tree.cover[node]:.6g}\n"
    missing = "left" if tree.default_left[node] else "right"
    rule = f"x{tree.feature[node]} < {tree.threshold[node]:.6g}, missing goes {missing}"
    return (
        f"{indent}{rule}, gain {tree.gain[node]:.6g} cover {tree.cover[node]:.6g}\n"
        + describe(tree, tree.left[node], indent + "  ")
        + describe(tree, tree.right[node], indent + "  ")
    )


def trees_in_model_json(document: str | bytes) -> list[Tree]:
    """Return the trees of a model that XGBoost saved as JSON (`Booster.save_raw("json")`).

    Raises:
        ValueError: the document is no gradient-boosted-tree model.
    """
    try:
        saved = json.loads(document)["learner"]["gradient_booster"]["model"]["trees"]
    except (KeyError, TypeError) as error:
        raise ValueError("not a gbtree model in XGBoost's JSON format") from error
    return [_tree_from_json(one) for one in saved]


def _tree_from_json(saved: dict[str, Any]) -> Tree:
    """Read one tree; the library keeps a leaf's value in the field of the threshold.

    It writes the shortest decimal that reads back to the same float32, so that is the type to
    read into.
    """
    leaf = [child == LEAF for child in saved["left_children"]]

    def numbers(name: str) -> list[float]:
        return [float(v) for v in np.array(saved[name], np.float32)]

    conditions = numbers("split_conditions")
    return Tree(
        left=list(saved["left_children"]),
        right=list(saved["right_children"]),
        feature=list(saved["split_indices"]),
        threshold=conditions,
        default_left=[bool(d) for d in saved["default_left"]],
        gain=numbers("loss_changes"),
        cover=numbers("sum_hessian"),
        weight=numbers("base_weights"),
        value=[float(c) if at_end else 0.0 for c, at_end in zip(conditions, leaf, strict=True)],
    )


def first_difference(one: Tree, other: Tree, same: Callable[[float, float, float], bool]) -> str:
    """Return where two trees first differ, walking from their roots, or '' if they agree.

    Structure (which nodes are leaves, feature, threshold, default direction) must be equal;
    for gain, cover and leaf value `same(a, b, scale)` decides, where `scale` is the size of
    the numbers that were subtracted to get a and b: a gain is a small difference of scores.
    """
    stack = [(0, 0, "root")]
    while stack:
        a, b, path = stack.pop()
        if (one.left[a] == LEAF) != (other.left[b] == LEAF):
            return f"{path}: one is a leaf, the other splits"
        if not same(one.cover[a], other.cover[b], one.cover[a]):
            return f"{path}: cover {one.cover[a]} and {other.cover[b]}"
        if one.left[a] == LEAF:
            if not same(one.value[a], other.value[b], abs(one.value[a])):
                return f"{path}: leaf value {one.value[a]} and {other.value[b]}"
            continue
        for what in ("feature", "threshold", "default_left"):
            mine, theirs = getattr(one, what)[a], getattr(other, what)[b]
            if mine != theirs:
                return f"{path}: {what} {mine} and {theirs}"
        scale = one.gain[a] + abs(one.weight[a]) ** 2 * one.cover[a]
        if not same(one.gain[a], other.gain[b], scale):
            return f"{path}: gain {one.gain[a]} and {other.gain[b]}"
        stack += [(one.right[a], other.right[b], path + " > right")]
        stack += [(one.left[a], other.left[b], path + " > left")]
    return ""
