"""What files are called in results: by where they lie within the folder that holds them all, and never two alike."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from sos_score.inputs import name_files

PARTS = st.lists(st.sampled_from(["a", "b", "..", "."]), max_size=4)
STARTS, ENDS = st.sampled_from(["", "/", "/home/anna/"]), st.sampled_from(["t1.csv", "t2.csv"])
PATHS = st.builds(lambda start, parts, end: start + "/".join([*parts, end]), STARTS, PARTS, ENDS)


@given(st.lists(st.one_of(PATHS, st.sampled_from(["-", "s3://bucket/t1.csv"])), max_size=5))
def test_files_have_as_many_names_as_paths_and_no_name_of_a_folder_above(paths):
    named = name_files(paths)
    assert set(named) == set(paths)
    assert len(set(named.values())) == len(named)
    for path, name in named.items():
        assert name == path or not name.startswith(("/", ".."))


def test_a_file_that_is_named_in_two_ways_keeps_both():
    assert name_files(["t1.csv", "a/../t1.csv"]) == {"t1.csv": "t1.csv", "a/../t1.csv": "a/../t1.csv"}
    here = str(Path("a/t1.csv").absolute())
    assert name_files([here, "b/t1.csv", "-"]) == {"-": "-", here: "a/t1.csv", "b/t1.csv": "b/t1.csv"}
