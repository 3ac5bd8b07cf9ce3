"""The page of words, from the glossary that the public pages show."""

from huiguan.language.glossary import WordSection, read_glossary

HEAD = (
    "# Words (generated)\n\n"
    "One word for one thing. Name in code, Chinese term, FIX tag where the field has one.\n"
)


def section_text(section: WordSection) -> str:
    """Return a section as a table."""
    heads = ["word", "name in code", "中文", *(["FIX"] if section.fixes else [])]
    lines = [f"| {' | '.join(heads)} |", "|" + "---|" * len(heads)]
    for row in section.words:
        cells = [row.word, row.name, row.chinese, *([row.fix] if section.fixes else [])]
        lines.append("|" + "|".join(f" {cell} " if cell else " " for cell in cells) + "|")
    note = f"{section.note}\n\n" if section.note else ""
    return f"\n## {section.title}\n\n{note}" + "\n".join(lines) + "\n"


def words_page() -> str:
    """Return the page."""
    return HEAD + "".join(map(section_text, read_glossary()))
