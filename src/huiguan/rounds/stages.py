"""How far a round folder has come; each step asks for the one before it.

A step counts as done when its last file stands under its name: ``MANIFEST``, ``draw.toml``,
``RESULT``. Files appear whole or not at all, the last one last, so a killed step is taken again.
"""

from pathlib import Path

from huiguan.foundation.faults import CheckFault, InputFault

VOID = "VOID"


def require_frozen(folder: Path) -> None:
    """Refuse a folder that is no frozen round."""
    if not folder.is_dir():
        raise InputFault(f"there is no folder {folder}; name the folder of a round")
    if not (folder / "MANIFEST").exists():
        raise InputFault(f"{folder} is not frozen yet; freeze first: huiguan round freeze {folder}")


def require_open(folder: Path) -> None:
    """Refuse a folder that is not frozen, or void."""
    require_frozen(folder)
    if (folder / VOID).exists():
        raise InputFault(f"{folder} is a void attempt; nothing more is drawn or given from it")


def require_drawn(folder: Path) -> None:
    """Refuse a folder that is not drawn."""
    require_frozen(folder)
    if not (folder / "draw.toml").exists():
        raise InputFault(f"{folder} is not drawn yet; draw first: huiguan round draw {folder}")


def require_result(folder: Path) -> None:
    """Refuse a folder that has no result."""
    require_frozen(folder)
    if (folder / VOID).exists() and not (folder / "RESULT").exists():
        raise InputFault(f"{folder} was declared void before it had a result; there is none to see")
    require_drawn(folder)
    if not (folder / "RESULT").exists():
        raise InputFault(
            f"{folder} has no result yet; allocate first: huiguan round allocate {folder}"
        )


def rerun_folders(folder: Path) -> list[Path]:
    """Return ``reruns/1``, ``reruns/2``... of a round; ``CheckFault`` if one is missing."""
    found = {path.name: path for path in (folder / "reruns").glob("*") if path.suffix != ".new"}
    steps = [found.pop(str(step), None) for step in range(1, len(found) + 1)]
    if None in steps or found:
        odd = min(found, default="a step")
        raise CheckFault(
            f"reruns/ of {folder} does not count 1, 2, 3...: {odd} has no place in it or one "
            "before it is missing"
        )
    return [step for step in steps if step is not None]
