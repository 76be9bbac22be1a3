package dev.sealift.cli.explain;

import com.fasterxml.jackson.annotation.JsonIgnore;

/** What is told of one thing: an object of {@code --json}, or a page. */
sealed interface Explanation permits AnswerExplanation, DataExplanation {

  /** The word of the topic it belongs to. */
  String kind();

  /** What it is, in a line. */
  String title();

  /** In words, at most 100 columns wide. */
  @JsonIgnore
  String page();
}
