//! The rules of the house, checked on the workspace's own files.
//!
//! Each test reads every file and fails with the file, the line and what to do. Where a rule has
//! exceptions they stand in a table at the top of the module that checks it.

mod floors;
mod imports;
mod manifest;
mod mentions;
mod modules;
mod size;
mod source;
mod text;

use source::{expect_none, workspace};

#[test]
fn files_are_short() {
    expect_none(&size::check_files(&workspace()));
}

#[test]
fn functions_are_short() {
    expect_none(&size::check_functions(&workspace()));
}

#[test]
fn each_part_reaches_only_for_what_it_may() {
    expect_none(&imports::check(&workspace()));
}

#[test]
fn the_protocol_is_built_floor_by_floor() {
    expect_none(&floors::check(&workspace()));
}

#[test]
fn the_protocol_depends_only_on_what_is_pure() {
    expect_none(&manifest::check(&workspace()));
}

#[test]
fn no_stray_marks_are_left_in_the_text() {
    expect_none(&text::check_marks(&workspace()));
}

#[test]
fn comments_name_no_issue_numbers() {
    expect_none(&text::check_issue_numbers(&workspace()));
}

#[test]
fn the_first_pages_are_there_short_and_useful() {
    expect_none(&text::check_pages(&workspace()));
}

#[test]
fn every_file_is_part_of_a_crate() {
    expect_none(&modules::check(&workspace()));
}
