// From scores of views to answers about videos.
#include "dataset/votes.h"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <limits>

#include "base/error.h"

TEST_SUITE_BEGIN("dataset");

namespace rt3d::dataset {

TEST_CASE("the mean of all views' probabilities decides, and labels count among the best classes") {
  Votes votes;
  using Scores = std::array<float, 3>;
  // Video 5: one view is nearly sure of class 1, two lean to class 0.
  votes.add(5, 1, Scores{0, 9, 0});
  votes.add(5, 1, Scores{0.5F, 0.4F, -9});
  votes.add(5, 1, Scores{0.5F, 0.4F, -9});
  // Video 2: its label comes second; scores may be large.
  votes.add(2, 2, Scores{1000, 10, 500});
  CHECK(votes.videos() == 2);
  CHECK(votes.among(1).right == 1);
  CHECK(votes.among(1).total == 2);
  CHECK(votes.among(2).right == 2);
  Votes sure;
  sure.add(0, 0, Scores{std::log(2.0F), 0, 0});
  CHECK(sure.loss() == doctest::Approx(std::log(2.0)));
  // Of equals the first class is the answer.
  Votes equal;
  equal.add(0, 0, Scores{1, 1, 1});
  equal.add(1, 1, Scores{1, 1, 1});
  CHECK(equal.among(1).right == 1);
  CHECK(equal.among(2).right == 2);
  Votes none;
  none.add(0, 0, Scores{std::numeric_limits<float>::quiet_NaN(), 0, 0});
  CHECK(none.among(1).right == 0);
  CHECK_THROWS_WITH_AS(none.add(0, 3, Scores{1, 1, 1}), doctest::Contains("the label 3 is out of range"),
                       Error);
}

}  // namespace rt3d::dataset

TEST_SUITE_END();
