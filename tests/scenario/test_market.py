"""Market stories in text files: each line a command and what must happen."""

from pathlib import Path

import pytest

from tests.scenario.reader import Market, read_story, stories


@pytest.mark.parametrize("path", stories(), ids=lambda path: path.stem)
def test_story(path: Path) -> None:
    story = read_story(path)
    assert story.title
    assert story.lines
    market = Market(story)
    for line in story.lines:
        market.tell(line)
