// What the strategies ask for next, told times that no clock measured.
#include "tuner/search.h"

#include <doctest/doctest.h>

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "tuner/fake_family.h"

TEST_SUITE_BEGIN("tuner");

namespace rt3d::tuner {
TEST_CASE("the ranked strategy asks for the best estimates, then for neighbours of the fastest") {
  const FakeFamily a("a", {{knob(0), 1}}), b("b", {{knob(0), 1}});
  Candidates candidates;
  for (int i = 0; i < 12; ++i) candidates.push_back({&a, knob(i % 4, i / 4), 10.0 + i, i == 0});
  candidates.push_back({&b, knob(0), 90, true});
  const auto strategy = make_ranked(candidates);
  std::vector<std::size_t> asked;
  while (const auto ask = strategy->ask()) {
    asked.push_back(ask->candidate);
    strategy->tell(ask->candidate == 3 ? 1.0 : 2.0);
  }
  // 7 and 11 differ from 3 in one knob; 12 is of a family that looks nine times as slow.
  CHECK(asked == std::vector<std::size_t>{0, 1, 2, 3, 4, 7, 11});
  CHECK(strategy->total() >= 7);
}

TEST_CASE("with many families the ranked strategy surveys defaults, compares the close and refines two") {
  std::deque<FakeFamily> families;
  for (int f = 0; f < 9; ++f) families.emplace_back("f" + std::to_string(f), std::vector<FakeSchedule>{});
  Candidates candidates;  // two of each family, the defaults first: 0 to 8, then 9 to 17
  for (int i = 0; i < 18; ++i) {
    const int f = i % 9;
    const double estimate = f == 7 ? 60 : f == 8 ? 200 : 10 + f + (i < 9 ? 0 : 0.5);
    candidates.push_back(
        {&families[static_cast<std::size_t>(f)], knob(i / 9), estimate, i < 9, f == 7 ? 1 : 2});
  }
  const auto strategy = make_ranked(candidates);
  std::vector<std::pair<std::size_t, int>> asked;
  while (const auto ask = strategy->ask()) {
    asked.emplace_back(ask->candidate, ask->rounds);
    const double ns = ask->candidate == 4 ? 100 : ask->candidate == 2 ? 105 : ask->candidate == 6 ? 109 : 300;
    strategy->tell(ask->rounds == 2 && ask->candidate == 2 ? 99 : ns);
  }
  // 7 needs the least memory; 8 is hopeless. 2 and 6 came close to 4; 2 is the fastest in the end, 4 next.
  CHECK(
      asked ==
      std::vector<std::pair<std::size_t, int>>{
          {0, 1}, {1, 1}, {2, 1}, {3, 1}, {4, 1}, {5, 1}, {6, 1}, {7, 1}, {2, 2}, {6, 2}, {11, 2}, {13, 2}});
  CHECK(strategy->total() >= static_cast<int>(asked.size()));
}

TEST_CASE("what comes first is asked for first, and the strategy behind is told instead of asking again") {
  const FakeFamily a("a", {{knob(0), 1}});
  Candidates candidates;
  for (int i = 0; i < 5; ++i) candidates.push_back({&a, knob(i), 10.0 + i, i == 0});
  const auto alone = make_ranked(candidates), after = make_first({4, 1}, make_ranked(candidates));
  std::vector<std::size_t> asked, asked_after;
  const auto time_of = [](std::size_t candidate) { return 10.0 - static_cast<double>(candidate); };
  for (const auto& [strategy, list] : {std::pair{alone.get(), &asked}, std::pair{after.get(), &asked_after}})
    while (const auto ask = strategy->ask()) {
      list->push_back(ask->candidate);
      strategy->tell(time_of(ask->candidate));
    }
  CHECK(asked == std::vector<std::size_t>{0, 1, 2, 3, 4});
  CHECK(asked_after == std::vector<std::size_t>{4, 1, 0, 2, 3});
  CHECK(after->total() >= 5);
}

TEST_CASE("the exhaustive strategy asks for all and then again for the faster part") {
  const FakeFamily a("a", {{knob(0), 1}});
  Candidates candidates;
  for (int i = 0; i < 40; ++i) candidates.push_back({&a, knob(i), 10.0 + i * 0.1, i == 0});
  const auto strategy = make_exhaustive_pruned(candidates);
  std::vector<int> asked(40);
  int total = 0;
  while (const auto ask = strategy->ask()) {
    ++total;
    ++asked[ask->candidate];
    strategy->tell(100.0 - static_cast<double>(ask->candidate));
  }
  CHECK(asked[0] == 1);
  CHECK(asked[30] == 2);
  CHECK(asked[39] == 5);
  CHECK(total == strategy->total());
}

}  // namespace rt3d::tuner

TEST_SUITE_END();
