"""What kernels need of the compiler beyond plain Python: tables, bundles of tables, hints.

A table is an array as kernels want it: an address and a number of rows. It costs two registers
where an array costs seven, holds no reference that would be counted at every call, and its row
numbers are never negative, so that no access asks. Kernels are compiled for arrays instead when
``NUMBA_BOUNDSCHECK`` is set. In uncompiled mode (``NUMBA_DISABLE_JIT=1``) every name here is its
plain NumPy meaning.
"""

import hashlib
import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from llvmlite import ir
from numba import config, from_dtype, types  # noqa: TID251  part of the one door
from numba.core import cgutils  # noqa: TID251
from numba.core.compiler import Compiler  # noqa: TID251
from numba.core.compiler_machinery import PassManager, register_pass  # noqa: TID251
from numba.core.imputils import lower_builtin, lower_getattr_generic  # noqa: TID251
from numba.core.lowering import Lower  # noqa: TID251
from numba.core.typed_passes import NativeLowering  # noqa: TID251
from numba.core.typing import signature as typed  # noqa: TID251
from numba.core.typing.templates import (  # noqa: TID251
    AbstractTemplate,
    AttributeTemplate,
    infer,
    infer_getattr,
    infer_global,
)
from numba.extending import intrinsic, models, register_model  # noqa: TID251
from numba.np.arrayobj import populate_array  # noqa: TID251

WORD, BYTE = ir.IntType(64), ir.IntType(8)


class TableType(types.Type):
    """Rows (or one column of rows) behind an address, ``step`` bytes apart."""

    def __init__(self, dtype: Any, step: int) -> None:  # noqa: ANN401
        """Name what a row holds and how far apart rows are."""
        self.dtype = dtype
        self.step = step
        layout = hashlib.sha256(repr(dtype).encode()).hexdigest()[:8]
        super().__init__(name=f"Table{layout}x{step}")


@register_model(TableType)
class TableModel(models.StructModel):
    """An address and a count."""

    def __init__(self, manager: Any, kind: Any) -> None:  # noqa: ANN401
        """See the class."""
        super().__init__(manager, kind, [("data", types.voidptr), ("count", types.int64)])


def table_value(context: Any, builder: Any, kind: Any, data: Any, count: Any) -> Any:  # noqa: ANN401
    """Return a table, or an array where bounds are checked, of an address and a count."""
    if isinstance(kind, TableType):
        table = cgutils.create_struct_proxy(kind)(context, builder)
        table.data = builder.bitcast(data, ir.PointerType(BYTE))
        table.count = count
    else:
        table = context.make_array(kind)(context, builder)
        step = WORD(context.get_abi_sizeof(context.get_data_type(kind.dtype)))
        populate_array(table, builder.bitcast(data, table.data.type), [count], [step], step, None)
    return table._getvalue()  # noqa: SLF001


def address_of(context: Any, builder: Any, kind: Any, table: Any, row: Any) -> Any:  # noqa: ANN401
    """Return the address (of bytes) of a row of a table or contiguous array."""
    if isinstance(kind, TableType):
        data, step = cgutils.create_struct_proxy(kind)(context, builder, table).data, kind.step
    else:
        data = context.make_array(kind)(context, builder, table).data
        data = builder.bitcast(data, ir.PointerType(BYTE))
        step = context.get_abi_sizeof(context.get_data_type(kind.dtype))
    return builder.gep(data, [builder.mul(row, WORD(step))], inbounds=True, source_etype=BYTE)


def count_of(context: Any, builder: Any, kind: Any, table: Any) -> Any:  # noqa: ANN401
    """Return the number of rows of a table or array."""
    if isinstance(kind, TableType):
        return cgutils.create_struct_proxy(kind)(context, builder, table).count
    return context.make_array(kind)(context, builder, table).nitems


@infer_global(len)
class TableLength(AbstractTemplate):
    """The type of ``len(table)``."""

    def generic(self, args: Any, kws: Any) -> Any:  # noqa: ANN401
        """See the class."""
        if not kws and isinstance(args[0], TableType):
            return typed(types.int64, args[0])
        return None


@lower_builtin(len, TableType)
def lower_length(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ANN401
    """Build ``len(table)``."""
    return count_of(context, builder, signature.args[0], arguments[0])


@infer_global(operator.getitem)
class TableRow(AbstractTemplate):
    """The type of ``table[row]``: the row itself, not a copy, or a number."""

    def generic(self, args: Any, kws: Any) -> Any:  # noqa: ANN401
        """See the class."""
        table, row = args
        if not kws and isinstance(table, TableType) and isinstance(row, types.Integer):
            return typed(table.dtype, table, types.int64)
        return None


@lower_builtin(operator.getitem, TableType, types.Integer)
def lower_row(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ANN401
    """Build ``table[row]``."""
    kind = signature.args[0]
    address = address_of(context, builder, kind, *arguments)
    shape = ir.PointerType(context.get_data_type(kind.dtype))
    return context.unpack_value(builder, kind.dtype, builder.bitcast(address, shape))


@infer_global(operator.setitem)
class TableWrite(AbstractTemplate):
    """The type of ``table[row] = number``."""

    def generic(self, args: Any, kws: Any) -> Any:  # noqa: ANN401
        """See the class."""
        table, row, _ = args
        if not kws and isinstance(table, TableType) and isinstance(row, types.Integer):
            return typed(types.none, table, types.int64, table.dtype)
        return None


@lower_builtin(operator.setitem, TableType, types.Integer, types.Any)
def lower_write(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ANN401
    """Build ``table[row] = number``."""
    kind = signature.args[0]
    table, row, value = arguments
    address = address_of(context, builder, kind, table, row)
    shape = ir.PointerType(context.get_data_type(kind.dtype))
    context.pack_value(builder, kind.dtype, value, builder.bitcast(address, shape))
    return context.get_dummy_value()


@infer
class TableColumn(AbstractTemplate):
    """The type of ``table["field"]``: the column, as a table of numbers."""

    key = "static_getitem"

    def generic(self, args: Any, kws: Any) -> Any:  # noqa: ANN401
        """See the class."""
        table, name = args
        if not kws and isinstance(table, TableType) and isinstance(name, str):
            return typed(TableType(table.dtype.typeof(name), table.step), *args)
        return None


@lower_builtin("static_getitem", TableType, types.StringLiteral)
def lower_column(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ANN401
    """Build ``table["field"]``."""
    kind, column = signature.args[0], signature.return_type
    table = cgutils.create_struct_proxy(kind)(context, builder, arguments[0])
    offset = WORD(kind.dtype.offset(arguments[1]))
    data = builder.gep(table.data, [offset], inbounds=True, source_etype=BYTE)
    return table_value(context, builder, column, data, table.count)


def table_of(kind: Any) -> Any:  # noqa: ANN401
    """Return the type of a contiguous table of rows of ``kind``."""
    if config.BOUNDSCHECK:
        return types.Array(kind, 1, "C")
    return TableType(kind, kind.size if isinstance(kind, types.Record) else kind.bitwidth // 8)


class BundleType(types.Type):
    """Many tables behind one address: passing it costs one register."""

    def __init__(self, name: str, fields: tuple[tuple[str, Any], ...]) -> None:
        """Name the bundle and its tables."""
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
        """Return the type of a table."""
        return dict(bundle.fields).get(name)


@lower_getattr_generic(BundleType)
def load_field(context: Any, builder: Any, bundle: Any, value: Any, name: str) -> Any:  # noqa: ANN401
    """Build the table of a field from its address and length; both never change."""
    place = [field for field, _ in bundle.fields].index(name)
    if dict(bundle.fields)[name] is types.none:
        return context.get_dummy_value()
    parts = builder.bitcast(value, ir.PointerType(WORD))
    loaded = []
    for offset in (2 * place, 2 * place + 1):
        load = builder.load(builder.gep(parts, [WORD(offset)]), typ=WORD)
        load.set_metadata("invariant.load", builder.module.add_metadata([]))
        loaded.append(load)
    data = builder.inttoptr(loaded[0], ir.PointerType(BYTE))
    return table_value(context, builder, dict(bundle.fields)[name], data, loaded[1])


def bundle_opener(name: str, dtypes: dict[str, Any]) -> Callable[[Any], Any]:
    """Return the function that opens, in an entry kernel, what ``bundle_handle`` gave it.

    A table whose dtype is None is None inside kernels: what asks ``is None`` of it is decided when
    the kernel is compiled, and costs nothing when it runs.
    """
    if config.DISABLE_JIT:
        return lambda handle: handle
    tables = {
        field: types.none if dtype is None else table_of(from_dtype(np.dtype(dtype)))
        for field, dtype in dtypes.items()
    }
    kind = BundleType(name, tuple(tables.items()))

    @intrinsic
    def open_bundle(typing_context: Any, handle: Any) -> Any:  # noqa: ANN401, ARG001
        def lower(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ANN401
            array = context.make_array(signature.args[0])(context, builder, arguments[0])
            return builder.bitcast(array.data, context.get_value_type(kind))

        return kind(handle), lower

    return open_bundle


def bundle_handle(arrays: Sequence[np.ndarray | None], bundle: object) -> Any:  # noqa: ANN401
    """Return what an entry kernel takes for ``arrays``: their addresses and lengths.

    The caller keeps the arrays alive. None is a table that kernels do not see. Uncompiled kernels
    take ``bundle`` itself.
    """
    if config.DISABLE_JIT:
        return bundle
    assert all(a is None or (a.flags.c_contiguous and a.ndim == 1) for a in arrays)
    parts = [(0, 0) if a is None else (a.ctypes.data, len(a)) for a in arrays]
    return np.array(parts, np.int64).reshape(-1)


if config.DISABLE_JIT:

    def prefetch(table: np.ndarray, row: int) -> None:
        """Do nothing: plain Python has no use for a hint to the memory."""

    def unlikely(condition: bool) -> bool:
        """Return the condition: plain Python lays out nothing."""
        return condition

    def rows(raw: np.ndarray, dtype: np.dtype[Any]) -> np.ndarray:
        """See flat bytes as rows of a layout, without copying."""
        return raw.view(dtype)
else:

    @intrinsic
    def rows(typing_context: Any, raw: Any, dtype: Any) -> Any:  # noqa: ANN401, ARG001
        """See flat bytes (an array or table) as rows of a layout; they outlive the kernel."""
        kind = table_of(dtype.dtype)

        def lower(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ANN401
            source = signature.args[0]
            data = address_of(context, builder, source, arguments[0], WORD(0))
            count = count_of(context, builder, source, arguments[0])
            size = WORD(context.get_abi_sizeof(context.get_data_type(kind.dtype)))
            return table_value(context, builder, kind, data, builder.udiv(count, size))

        return kind(raw, dtype), lower

    @intrinsic
    def prefetch(typing_context: Any, table: Any, row: Any) -> Any:  # noqa: ANN401, ARG001
        """Ask the memory for ``table[row]`` (one dimension, contiguous) ahead of its use."""

        def lower(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ANN401
            row = context.cast(builder, arguments[1], signature.args[1], types.int64)
            address = address_of(context, builder, signature.args[0], arguments[0], row)
            half = ir.IntType(32)
            kind = ir.FunctionType(ir.VoidType(), [address.type, half, half, half])
            hint = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
            builder.call(hint, [address, half(1), half(3), half(1)])
            return context.get_dummy_value()

        return types.void(table, row), lower

    @intrinsic
    def unlikely(typing_context: Any, condition: Any) -> Any:  # noqa: ANN401, ARG001
        """Return a condition that hardly ever holds: the way past it becomes one straight line."""

        def lower(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ANN401
            bit = ir.IntType(1)
            holds = context.cast(builder, arguments[0], signature.args[0], types.boolean)
            kind = ir.FunctionType(bit, [bit, bit])
            expect = cgutils.get_or_insert_function(builder.module, kind, "llvm.expect.i1")
            return builder.call(expect, [holds, bit(0)])

        return types.boolean(condition), lower


class LowerApart(Lower):
    """Makes a function that is called, never copied into the code of its callers."""

    def pre_lower(self) -> None:
        """Say so to the optimiser."""
        super().pre_lower()
        self.builder.function.attributes.add("noinline")


@register_pass(mutates_CFG=True, analysis_only=False)
class LoweringApart(NativeLowering):
    """The step of the compiler that uses ``LowerApart``."""

    _name = "lowering_apart"
    lowering_class = LowerApart


class CompilerApart(Compiler):
    """Compiles what is rare: inlined, it would push the way of an order out of the fast caches."""

    def define_pipelines(self) -> list[PassManager]:
        """Return the usual steps with ``LoweringApart`` in place of its parent."""
        pipelines = []
        for usual in super().define_pipelines():
            steps = PassManager(usual.pipeline_name)
            for step, why in usual.passes:
                steps.add_pass(LoweringApart if step is NativeLowering else step, why)
            steps.finalize()
            pipelines.append(steps)
        return pipelines
