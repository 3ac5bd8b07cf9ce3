"""What kernels need of the compiler beyond plain Python: bundles of arrays, row views, hints.

In uncompiled mode (``NUMBA_DISABLE_JIT=1``) every name here is its plain NumPy meaning.
"""

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from llvmlite import ir
from numba import config, from_dtype, types  # noqa: TID251  part of the one door
from numba.core import cgutils  # noqa: TID251
from numba.core.imputils import impl_ret_borrowed, lower_getattr_generic  # noqa: TID251
from numba.core.typing.templates import AttributeTemplate, infer_getattr  # noqa: TID251
from numba.extending import intrinsic, models, register_model  # noqa: TID251
from numba.np.arrayobj import populate_array  # noqa: TID251


class BundleType(types.Type):
    """Many arrays behind one address: passing it costs one register, not seven an array."""

    def __init__(self, name: str, fields: tuple[tuple[str, Any], ...]) -> None:
        """Name the bundle and its fields, each a one-dimensional contiguous array."""
        self.fields = fields
        layout = hashlib.sha256(repr(fields).encode()).hexdigest()[:8]
        super().__init__(name=f"{name}{layout}")


@register_model(BundleType)
class BundleModel(models.OpaqueModel):
    """An address."""


@infer_getattr
class BundleFields(AttributeTemplate):
    """The type of ``bundle.field``."""

    key = BundleType

    def generic_resolve(self, bundle: Any, name: str) -> Any:  # noqa: ANN401
        """Return the array type of a field."""
        return dict(bundle.fields).get(name)


@lower_getattr_generic(BundleType)
def load_field(context: Any, builder: Any, bundle: Any, value: Any, name: str) -> Any:  # noqa: ANN401
    """Build the array of a field from its address and length; both never change."""
    place = [field for field, _ in bundle.fields].index(name)
    kind = dict(bundle.fields)[name]
    word = ir.IntType(64)
    table = builder.bitcast(value, ir.PointerType(word))
    parts = []
    for offset in (2 * place, 2 * place + 1):
        load = builder.load(builder.gep(table, [word(offset)]), typ=word)
        load.set_metadata("invariant.load", builder.module.add_metadata([]))
        parts.append(load)
    array = context.make_array(kind)(context, builder)
    size = word(context.get_abi_sizeof(context.get_data_type(kind.dtype)))
    data = builder.inttoptr(parts[0], array.data.type)
    populate_array(array, data, [parts[1]], [size], size, None)
    return impl_ret_borrowed(context, builder, kind, array._getvalue())  # noqa: SLF001


def bundle_opener(name: str, dtypes: dict[str, Any]) -> Callable[[Any], Any]:
    """Return the function that opens, in an entry kernel, what ``bundle_handle`` gave it."""
    if config.DISABLE_JIT:
        return lambda handle: handle
    arrays = tuple(
        (field, types.Array(from_dtype(np.dtype(dtype)), 1, "C")) for field, dtype in dtypes.items()
    )
    kind = BundleType(name, arrays)

    @intrinsic
    def open_bundle(typing_context: Any, handle: Any) -> Any:  # noqa: ANN401, ARG001
        def lower(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ANN401
            array = context.make_array(signature.args[0])(context, builder, arguments[0])
            return builder.bitcast(array.data, context.get_value_type(kind))

        return kind(handle), lower

    return open_bundle


def bundle_handle(arrays: Sequence[np.ndarray], bundle: object) -> Any:  # noqa: ANN401
    """Return what an entry kernel takes for ``arrays``: their addresses and lengths.

    The caller keeps the arrays alive. Uncompiled kernels take ``bundle`` itself.
    """
    if config.DISABLE_JIT:
        return bundle
    assert all(array.flags.c_contiguous and array.ndim == 1 for array in arrays)
    return np.array([part for a in arrays for part in (a.ctypes.data, len(a))], np.int64)


if config.DISABLE_JIT:

    def prefetch(table: np.ndarray, row: int) -> None:
        """Do nothing: plain Python has no use for a hint to the memory."""

    def rows(raw: np.ndarray, dtype: np.dtype[Any]) -> np.ndarray:
        """See flat bytes as rows of a layout, without copying."""
        return raw.view(dtype)
else:

    @intrinsic
    def rows(typing_context: Any, raw: Any, dtype: Any) -> Any:  # noqa: ANN401, ARG001
        """See flat bytes as rows of a layout, without copying; the bytes outlive the kernel."""
        kind = types.Array(dtype.dtype, 1, "C")

        def lower(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ANN401
            word = ir.IntType(64)
            source = context.make_array(signature.args[0])(context, builder, arguments[0])
            array = context.make_array(kind)(context, builder)
            size = word(context.get_abi_sizeof(context.get_data_type(kind.dtype)))
            count = builder.udiv(source.nitems, size)
            data = builder.bitcast(source.data, array.data.type)
            populate_array(array, data, [count], [size], size, None)
            return array._getvalue()  # noqa: SLF001

        return kind(raw, dtype), lower

    @intrinsic
    def prefetch(typing_context: Any, table: Any, row: Any) -> Any:  # noqa: ANN401, ARG001
        """Ask the memory for ``table[row]`` (one dimension, contiguous) ahead of its use."""

        def lower(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ANN401
            array = context.make_array(signature.args[0])(context, builder, arguments[0])
            start = builder.ptrtoint(array.data, ir.IntType(64))
            row = context.cast(builder, arguments[1], signature.args[1], types.int64)
            address = builder.add(start, builder.mul(row, array.itemsize))
            pointer = builder.inttoptr(address, ir.PointerType(ir.IntType(8)))
            word = ir.IntType(32)
            kind = ir.FunctionType(ir.VoidType(), [pointer.type, word, word, word])
            hint = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
            builder.call(hint, [pointer, word(1), word(3), word(1)])
            return context.get_dummy_value()

        return types.void(table, row), lower
