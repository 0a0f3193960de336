"""Learned state as plain arrays and JSON, and back, bit for bit, without pickle.

Each class says what its state is (`engine.learners.learned_state`); arrays are kept by their path
(``learner.evidence.banks.0.learners.6.cells``), everything else becomes one JSON tree. What learns
is written once each, and what never changes once for all that are equal. Only the classes of
`KINDS` are made again, without running their code.
"""

import io
import json
import zipfile
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array
from engine.errors import StaleError
from engine.learners.bayesian.averaging import ModelAverage
from engine.learners.bayesian.basis import Basis, Block
from engine.learners.bayesian.cells import CellIndex, Tables
from engine.learners.bayesian.change_detector import ChangeDetector
from engine.learners.bayesian.hypothesis import Hypothesis
from engine.learners.bayesian.imitation_prior import ImitationPrior
from engine.learners.bayesian.learner import BayesianLearner
from engine.learners.bayesian.learner_inputs import LearnerInputs
from engine.learners.bayesian.likelihood import RewardHistory, RewardMoments
from engine.learners.bayesian.number_scales import Scale, Scales
from engine.learners.bayesian.posterior import BlockPosterior, Posterior
from engine.learners.bayesian.rates import SuccessRates
from engine.learners.bayesian.row_form import RowForm
from engine.learners.bayesian.row_kernels import BentKernel, RowKernel
from engine.learners.classic import ClassicLearner, Side
from engine.learners.crosses import Vectors
from engine.learners.learned_state import Learned, state_names, with_state
from engine.protocol.features import Features
from engine.protocol.request import Action

_LEARNED = (
    BayesianLearner, ChangeDetector, ModelAverage, Posterior, BlockPosterior, Basis, Block,
    RowKernel, BentKernel, Vectors, ClassicLearner, Side, Hypothesis, RowForm, Features, Action,
    CellIndex, Tables, SuccessRates, LearnerInputs, RewardHistory, RewardMoments, Scale, Scales,
    ImitationPrior,
)  # fmt: skip
KINDS: dict[str, type] = {kind.__name__: kind for kind in _LEARNED}
"""The classes that make up what is learned, by name."""
_TREE = "tree"
_BROKEN = (KeyError, ValueError, TypeError, AttributeError, EOFError, zipfile.BadZipFile)


def dump(value: object) -> bytes:
    """A value as an npz file.

    Raises:
        TypeError: for a value that holds anything but numbers, text, lists, tuples,
            dictionaries, arrays and objects of `KINDS`.
    """
    dumper = _Dumper()
    tree = json.dumps(dumper.plain(value, "")).encode()
    file = io.BytesIO()
    np.savez_compressed(file, **{_TREE: np.frombuffer(tree, dtype=np.uint8)}, **dumper.arrays)  # type: ignore[arg-type]
    return file.getvalue()


def load(data: bytes) -> Any:
    """Value of a frozen state.

    Raises:
        StaleError: if it cannot be restored.
    """
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            tree = json.loads(file[_TREE].tobytes())
            return _Loader(dict(file)).value(tree)
    except _BROKEN as error:
        raise StaleError(f"it cannot be read: {error!r}") from error


class _Dumper:
    def __init__(self) -> None:
        self.arrays: dict[str, Array] = {}
        self._known: dict[int, int] = {}
        self._values: dict[str, int] = {}
        self._count = 0

    def plain(self, value: Any, path: str) -> Any:
        """Value as JSON: scalars unchanged, other values as a list that begins with the kind."""
        if value is None or isinstance(value, bool | int | float | str):
            return value
        if isinstance(value, np.ndarray):
            return self._array(value, path)
        if isinstance(value, list | tuple):
            items = [self.plain(item, f"{path}.{i}") for i, item in enumerate(value)]
            return ["list" if isinstance(value, list) else "tuple", items]
        if isinstance(value, dict):
            pairs = [
                [self.plain(key, f"{path}.{i}.key"), self.plain(item, f"{path}.{_name(key, i)}")]
                for i, (key, item) in enumerate(value.items())
            ]
            return ["dict", pairs]
        return self._object(value, path)

    def _array(self, value: Array, path: str) -> Any:
        """Rows and columns of zeros at the end are left out: arrays that grow have many."""
        if value.dtype == object:
            raise TypeError(f"{path} is an array of objects")
        name = path.strip(".")
        used = value != 0
        if value.dtype == np.float64:
            used |= np.signbit(value)
        axes = {*range(value.ndim)}
        ends = (_end(used.any(axis=tuple(axes - {axis}))) for axis in axes)
        self.arrays[name] = np.ascontiguousarray(value[tuple(slice(0, end) for end in ends)])
        return ["array", name, list(value.shape)]

    def _object(self, value: object, path: str) -> Any:
        if id(value) in self._known:
            return ["same", self._known[id(value)]]
        kind = type(value)
        if KINDS.get(kind.__name__) is not kind:
            raise TypeError(f"{path} is a {kind.__name__}, which cannot be written")
        names = state_names(kind)
        state = {name: self.plain(getattr(value, name), f"{path}.{name}") for name in names}
        if not isinstance(value, Learned):
            identity = json.dumps([kind.__name__, *map(_by_number, state.values())])
            if identity in self._values:
                self._known[id(value)] = self._values[identity]
                return ["same", self._values[identity]]
            self._values[identity] = self._count
        number = self._known[id(value)] = self._count
        self._count += 1
        return ["object", number, kind.__name__, state]


def _name(key: object, at: int) -> object:
    """Name of a dictionary's item in a path."""
    return key if isinstance(key, str) else at


def _by_number(tree: Any) -> Any:
    """Tree with each object replaced by its number, first occurrence included."""
    match tree:
        case "object", number, _, _:
            return ["same", number]
        case "list" | "tuple" as kind, items:
            return [kind, [_by_number(item) for item in items]]
        case "dict", pairs:
            return ["dict", [[_by_number(key), _by_number(item)] for key, item in pairs]]
    return tree


def _end(used: NDArray[np.bool_]) -> int:
    """Length up to the last used entry."""
    return int(np.flatnonzero(used)[-1]) + 1 if used.any() else 0


class _Loader:
    def __init__(self, stored: dict[str, Array]) -> None:
        self._arrays = stored
        self._known: dict[int, object] = {}

    def value(self, tree: Any) -> Any:
        """Value of a tree of JSON."""
        if not isinstance(tree, list):
            return tree
        match tree:
            case "list" | "tuple" as what, items:
                made = [self.value(item) for item in items]
                return made if what == "list" else tuple(made)
            case "dict", pairs:
                return {self.value(key): self.value(item) for key, item in pairs}
            case "array", name, shape:
                return self._array(name, shape)
            case "same", number:
                return self._known[number]
            case "object", number, name, state:
                return self._object(number, name, state)
        raise ValueError(f"{tree[:1]} is no kind of value")

    def _array(self, name: str, shape: list[int]) -> Array:
        small = self._arrays[name]
        whole: Array = np.zeros(shape, dtype=small.dtype)
        whole[tuple(slice(0, end) for end in small.shape)] = small
        return whole

    def _object(self, number: int, name: str, state: dict[str, Any]) -> object:
        values = {attribute: self.value(inner) for attribute, inner in state.items()}
        self._known[number] = with_state(KINDS[name], values)
        return self._known[number]
