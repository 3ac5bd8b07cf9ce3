"""Tell one application's story from its folder."""

from pathlib import Path

import msgspec

from huiguan.housing.explain import Story, explain
from huiguan.housing.round.stages import count_reruns, require_result
from huiguan.rounds.allocate import read_right
from huiguan.storage.homes.round_folder import (
    check_manifest,
    read_outcome,
    read_step_result,
)
from huiguan.storage.homes.round_step import open_round


def story_of(folder: Path, number: str) -> Story:
    """Return what the stored round says about a number, the last re-run included."""
    stages = open_round(folder)
    require_result(stages)
    frozen = read_right(folder)
    check_manifest(folder, "RESULT", sealed_may_miss=False)
    story = explain(frozen, read_outcome(folder, frozen), number)
    last = count_reruns(stages)
    if story.state != "in" or not last:
        return story
    home, slot = read_step_result(folder, last, number)
    return msgspec.structs.replace(story, rerun=last, rerun_home=home, rerun_slot=slot)
