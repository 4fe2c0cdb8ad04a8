"""What bounds the service follows from what the code does and from what AWS allows."""

from benchmarks import scale


def test_x_bounds_it_first_and_with_a_contract_the_setting_that_is_to_be_raised() -> None:
    first, second, *_ = sorted(scale.bounds(), key=lambda bound: bound.most)

    assert first.what.startswith("X")
    assert "customers_at_once" in second.what


def test_ten_dms_a_second_are_within_every_bound_of_ours() -> None:
    assert all(bound.most > 10 for bound in scale.bounds() if not bound.what.startswith("X"))


def test_the_page_has_what_the_command_prints() -> None:
    assert scale.lines() in scale.PAGE.read_text(encoding="utf-8")
