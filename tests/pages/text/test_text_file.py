"""Files of texts."""

from pathlib import Path

from pages.parts.text.text_file import read_texts


def test_a_percent_sign_stays_with_its_number(tmp_path: Path) -> None:
    file = tmp_path / "texts.toml"
    file.write_text('[a]\nrate = "with 20 % it was {rate} %"\n')
    assert read_texts(file) == {"a": {"rate": "with 20\u00a0% it was {rate} %"}}
