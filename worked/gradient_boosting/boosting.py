"""Gradient boosting: start from a constant, then add shrunken trees fitted to what is still wrong.

Follows scikit-learn's GradientBoostingRegressor and GradientBoostingClassifier (two classes)
closely enough to give their predictions; what it leaves to chance, the choice among splits
that are equally good, is here the caller's. Sources: J. Friedman, "Greedy Function
Approximation" (2001), and "Stochastic Gradient Boosting" (2002) for `subsample`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from worked.gradient_boosting.losses import Loss, loss_for_round, sigmoid
from worked.gradient_boosting.regression_tree import (
    LEAF,
    Choose,
    Tree,
    first_split,
    grow_tree,
    leaf_of_each_row,
)

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]
Chooser = Callable[[int], Choose]

LARGEST_TARGET = 1e150  # sums of squares up to here stay within float64


@dataclasses.dataclass(frozen=True)
class Settings:
    """What a fit can be told; the defaults are scikit-learn's.

    loss: squared_error, absolute_error, huber or logistic. rounds: most trees to grow.
    learning_rate: the share of each tree's step that is taken (eta). max_depth: levels of
    splits in a tree. min_samples_leaf: fewest training rows in a leaf. subsample: the share
    of rows, drawn without replacement, that each tree sees. huber_quantile: the share of
    rows that Huber's loss treats as ordinary. seed: of the row draws and the held-out rows.
    patience: stop when the held-out loss has not fallen by `tol` below the worst of the last
    `patience` rounds (None: never stop early). validation_fraction: the share held out then.
    """

    loss: str = "squared_error"
    rounds: int = 100
    learning_rate: float = 0.1
    max_depth: int = 3
    min_samples_leaf: int = 1
    subsample: float = 1.0
    huber_quantile: float = 0.9
    seed: int = 0
    patience: int | None = None
    validation_fraction: float = 0.1
    tol: float = 1e-4

    def __post_init__(self) -> None:
        for name, allowed, right in (
            ("rounds", self.rounds >= 1, "at least 1"),
            ("learning_rate", self.learning_rate > 0, "above 0"),
            ("max_depth", self.max_depth >= 1, "at least 1"),
            ("min_samples_leaf", self.min_samples_leaf >= 1, "at least 1"),
            ("subsample", 0 < self.subsample <= 1, "above 0 and at most 1"),
            ("huber_quantile", 0 < self.huber_quantile < 1, "between 0 and 1"),
            ("patience", self.patience is None or self.patience >= 1, "None or at least 1"),
            ("validation_fraction", 0 < self.validation_fraction < 1, "between 0 and 1"),
            ("tol", self.tol >= 0, "0 or more"),
        ):
            if not allowed:
                raise ValueError(f"{name} is {getattr(self, name)}; it must be {right}")


DEFAULTS = Settings()


class Model(NamedTuple):
    """A fitted model: output = base + learning_rate * (the sum of its trees' values).

    train_losses[m] is the mean loss after tree m on the rows it was grown from,
    validation_losses[m] the same on the held-out rows (empty without early stopping).
    features: the number of columns of X.
    """

    settings: Settings
    base: float
    trees: list[Tree]
    train_losses: list[float]
    validation_losses: list[float]
    features: int


def first_always(round_number: int) -> Choose:
    """Return, for any round, the rule that takes the first of tied splits."""
    return first_split


def base_prediction(y: FloatArray, settings: Settings) -> float:
    """Return the constant that boosting starts from: mean, median or log-odds of y."""
    return loss_for_round(settings.loss, y, y, settings.huber_quantile).base_prediction(y)


# --8<-- [start:boost]
def boost(
    X: NDArray[np.float32],
    y: FloatArray,
    settings: Settings,
    keep_going: Callable[[Tree, Loss], bool],
    chooser: Chooser,
) -> tuple[float, list[Tree], list[float]]:
    """Return the base prediction, the trees, and the mean training loss after each tree."""
    base = base_prediction(y, settings)
    raw = np.full(len(y), base)
    generator = np.random.RandomState(settings.seed)
    trees: list[Tree] = []
    losses: list[float] = []
    for number in range(settings.rounds):
        rows = draw_rows(len(y), settings.subsample, generator)
        loss = loss_for_round(settings.loss, y, raw, settings.huber_quantile)
        downhill = loss.negative_gradient(y, raw)
        tree = grow_tree(
            X[rows], downhill[rows], settings.max_depth, settings.min_samples_leaf, chooser(number)
        )
        leaf = leaf_of_each_row(tree, X)
        tree = tree._replace(value=leaf_values(tree, loss, y[rows], raw[rows], leaf[rows]))
        raw += settings.learning_rate * tree.value[leaf]
        trees.append(tree)
        losses.append(loss.mean_loss(y[rows], raw[rows]))
        if not keep_going(tree, loss):
            break
    return base, trees, losses


def leaf_values(
    tree: Tree, loss: Loss, y: FloatArray, raw: FloatArray, leaf: IntArray
) -> FloatArray:
    """Return the tree's values with each leaf's replaced by the best step for its rows.

    The tree chose the regions by squared error on the gradient; the loss chooses the step.
    """
    value = tree.value.copy()
    for node in np.nonzero(tree.feature == LEAF)[0]:
        inside = leaf == node
        value[node] = loss.leaf_value(y[inside], raw[inside])
    return value


# --8<-- [end:boost]


def draw_rows(n: int, share: float, generator: np.random.RandomState) -> IntArray:
    """Return the numbers of int(share * n) of n rows, without replacement, in order.

    One pass, taking row i with probability (still wanted) / (still to come): Knuth, The Art
    of Computer Programming 2, section 3.4.2, algorithm S, as scikit-learn does it. The last
    draw stands for the one its tree takes to shuffle the features, so that the same seed
    draws the same rows there and here.
    """
    if share == 1.0:
        return np.arange(n)
    wanted = max(1, int(share * n))
    taken: list[int] = []
    for row, draw in enumerate(generator.uniform(size=n)):
        if draw * (n - row) < wanted - len(taken):
            taken.append(row)
    generator.randint(0, 2**31 - 1)
    return np.array(taken, dtype=np.intp)


def hold_out(y: FloatArray, share: float, seed: int, by_class: bool) -> tuple[IntArray, IntArray]:
    """Return (training rows, held-out rows), shuffled; ceil(share * n) rows are held out.

    With `by_class` both parts get each class in its proportion, rounded by largest
    remainder; then y must hold 0 and 1. The draws follow scikit-learn's `train_test_split`.

    Raises:
        ValueError: a part would be left empty, or without one of the classes.
    """
    n = len(y)
    n_held = int(np.ceil(share * n))
    if n_held >= n:
        raise ValueError(f"holding out {share} of {n} rows leaves none to train on")
    generator = np.random.RandomState(seed)
    if not by_class:
        shuffled = generator.permutation(n)
        return shuffled[n_held:], shuffled[:n_held]

    members = [np.nonzero(y == label)[0] for label in (0, 1)]
    counts = np.array([len(rows) for rows in members])
    for_training = largest_remainder(counts, n - n_held, generator)
    for_holding = largest_remainder(counts - for_training, n_held, generator)
    if for_training.min() == 0 or for_holding.min() == 0:
        raise ValueError(
            f"classes of {counts.tolist()} rows cannot both be in the {n - n_held} training and "
            f"the {n_held} held-out rows; hold out a larger share"
        )
    train: list[int] = []
    held: list[int] = []
    for rows, k, m in zip(members, for_training, for_holding, strict=True):
        shuffled = rows[generator.permutation(len(rows))]
        train.extend(shuffled[:k])
        held.extend(shuffled[k : k + m])
    return generator.permutation(train), generator.permutation(held)


def largest_remainder(counts: IntArray, draws: int, generator: np.random.RandomState) -> IntArray:
    """Return how many of `draws` rows each of two classes gets: its share, rounded to fit.

    The odd row goes to the class with the larger remainder, by lot where they are equal.
    """
    exact = counts / counts.sum() * draws
    whole = np.floor(exact)
    if draws > whole.sum():
        remainder = exact - whole
        whole[generator.choice(np.nonzero(remainder == remainder.max())[0], 1, False)] += 1
    return whole.astype(np.intp)


# --8<-- [start:early_stopping]
def still_improving(losses: list[float], latest: float, patience: int, tol: float) -> bool:
    """Return whether `latest` beats, by more than `tol`, the worst of the last `patience` losses.

    `losses` holds the held-out loss after each earlier round; until there are `patience` of
    them there is nothing to judge by. Not the best so far but the worst of a short window:
    a noisy curve that still drifts down is given time.
    """
    recent = losses[-patience:]
    return len(recent) < patience or latest + tol < max(recent)


def fit(
    X: ArrayLike, y: ArrayLike, settings: Settings = DEFAULTS, chooser: Chooser = first_always
) -> Model:
    """Return the model fitted to X (rows, features) and y (rows,).

    With `settings.patience` a share of the rows is held out first, and boosting stops after
    the first tree that no longer lowers their loss; that tree stays in the model, as in
    scikit-learn. `chooser(round)` gives the rule for splits that tie (the first, by default).

    Raises:
        ValueError: shapes that do not match, values that are not finite, targets other than
            zero and one (both present) for the logistic loss, or a loss that does not exist.
    """
    X, y = checked(X, y, settings.loss)
    validation_losses: list[float] = []
    if settings.patience is None:
        base, trees, losses = boost(X, y, settings, lambda tree, loss: True, chooser)
        return Model(settings, base, trees, losses, validation_losses, X.shape[1])

    patience = settings.patience
    is_classes = settings.loss == "logistic"
    train, held = hold_out(y, settings.validation_fraction, settings.seed, is_classes)
    held_raw = np.full(len(held), base_prediction(y[train], settings))

    def keep_going(tree: Tree, loss: Loss) -> bool:
        held_raw[:] += settings.learning_rate * tree.value[leaf_of_each_row(tree, X[held])]
        latest = loss.mean_loss(y[held], held_raw)
        improving = still_improving(validation_losses, latest, patience, settings.tol)
        validation_losses.append(latest)
        return improving

    base, trees, losses = boost(X[train], y[train], settings, keep_going, chooser)
    return Model(settings, base, trees, losses, validation_losses, X.shape[1])


# --8<-- [end:early_stopping]


def checked(X: Any, y: Any, loss: str) -> tuple[NDArray[np.float32], FloatArray]:
    """Return X as float32 of shape (rows, features) and y as float64 of shape (rows,).

    Raises:
        ValueError: shapes that do not match, values that are not finite, or targets other
            than 0 and 1 (both present) for the logistic loss.
    """
    features = checked_features(X)
    targets = np.asarray(y, dtype=np.float64)
    if targets.shape != features.shape[:1]:
        raise ValueError(
            f"y has shape {targets.shape}; with {len(features)} rows in X it must be "
            f"({len(features)},)"
        )
    if len(targets) == 0 or not np.isfinite(targets).all():
        raise ValueError("y must hold at least one value, and only finite ones")
    if np.abs(targets).max() > LARGEST_TARGET:
        raise ValueError(
            f"y holds values beyond {LARGEST_TARGET:g}, whose squares overflow; use larger units"
        )
    if loss == "logistic" and set(targets) != {0.0, 1.0}:
        raise ValueError(
            f"the logistic loss needs targets 0 and 1, both present; y holds "
            f"{sorted(set(targets))[:5]}"
        )
    return features, targets


def checked_features(X: Any, columns: int | None = None) -> NDArray[np.float32]:
    """Return X as float32, the precision in which features are kept.

    Raises:
        ValueError: X has not two dimensions, not as many columns as it should, or a value
            that is not finite.
    """
    with np.errstate(over="ignore"):  # what is too large becomes infinite, and is refused
        features = np.asarray(X, dtype=np.float32)
    if features.ndim != 2:
        raise ValueError(f"X has shape {features.shape}; it must be (rows, features)")
    if columns is not None and features.shape[1] != columns:
        raise ValueError(f"X has {features.shape[1]} columns; the model has {columns}")
    if not np.isfinite(features).all():
        raise ValueError(
            "X holds values that are not finite, or too large for float32 (these trees have no "
            "missing values)"
        )
    return features


def staged_raw(model: Model, X: ArrayLike) -> Iterator[FloatArray]:
    """Yield the model's output (rows,) for X after each tree: predictions, or log-odds."""
    features = checked_features(X, model.features)
    raw = np.full(len(features), model.base)
    for tree in model.trees:
        raw = raw + model.settings.learning_rate * tree.value[leaf_of_each_row(tree, features)]
        yield raw


def predict_raw(model: Model, X: ArrayLike) -> FloatArray:
    """Return the model's output (rows,) for X: predictions, or log-odds for the logistic loss."""
    *_, raw = staged_raw(model, X)
    return raw


def predict_probability(model: Model, X: ArrayLike) -> FloatArray:
    """Return the probability (rows,) of class 1 for each row of X.

    Raises:
        ValueError: the model was not fitted with the logistic loss.
    """
    if model.settings.loss != "logistic":
        raise ValueError(f"a model of loss {model.settings.loss!r} predicts no probabilities")
    return sigmoid(predict_raw(model, X))
