// The group-size study's recommendation and reports; the command itself is tested in commands_test.cpp.
#include "cli/commands/group_size_report.h"

#include <doctest/doctest.h>

#include <cmath>

#include "cli/parts/line_chart.h"

TEST_SUITE_BEGIN("cli");

namespace rt3d::cli {

namespace {

GroupPoint point(int gm, int gn, int kept_percent, double speed_up, const std::string& layer = "3x3x3") {
  return {.layer = layer,
          .scheme = "kgs",
          .code = "direct",
          .gm = gm,
          .gn = gn,
          .kept_percent = kept_percent,
          .ns = 1e6 / speed_up,
          .direct_ns = 1e6,
          .best_ns = 5e5,
          .family = "conv.sparse"};
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

}  // namespace

TEST_CASE("the smallest group within 5 % of the fastest is recommended") {
  const std::vector<Recommendation> found =
      recommend({point(32, 4, 50, 2.0), point(8, 4, 50, 1.92), point(4, 1, 50, 1.5)});
  REQUIRE(found.size() == 1);
  CHECK(found[0].gm == 8);
  CHECK(found[0].gn == 4);
  CHECK(found[0].over_direct == doctest::Approx(1.92));
  CHECK(found[0].fastest_gm == 32);
  CHECK(recommend({point(32, 4, 50, 2.0), point(8, 4, 50, 1.88)})[0].gm == 32);
  CHECK(recommend({}).empty());
}

TEST_CASE("of groups of one size the faster is recommended") {
  const auto found = recommend({point(8, 4, 50, 1.95), point(4, 8, 50, 2.0), point(32, 1, 50, 1.97)});
  CHECK(found[0].gm == 4);
  CHECK(found[0].gn == 8);
}

TEST_CASE("groups are compared only where all of them were measured") {
  // 32x4 alone was measured at the high rate, which must not count for it.
  const auto found = recommend({point(32, 4, 50, 1.5), point(32, 4, 20, 9.0), point(8, 4, 50, 1.6)});
  CHECK(found[0].gm == 8);
  CHECK(found[0].fastest_gm == 8);
}

TEST_CASE("what cannot be is marked, shown as a question mark and never recommended") {
  // Dense direct code takes 1 ms where the machine needs 0.8 at the least: a rate of 3.57 gains 1.15 * 3.57 / 0.8 at the most.
  const auto made = [](int gm, int kept_percent, double ns, double direct_ns) {
    GroupPoint p = point(gm, 4, kept_percent, 1);
    p.ns = ns;
    p.direct_ns = direct_ns;
    p.least_direct_ns = 8e5;
    p.least_ns = p.least_direct_ns / p.rate();
    return p;
  };
  std::vector<GroupPoint> points = {made(32, 28, 3e5, 1e6),   made(8, 28, 3.1e5, 1e6),
                                    made(4, 28, 3e5, 4.8e6),   // 15.9 times: the dense layer was interrupted
                                    made(16, 28, 6.3e4, 1e6),  // 15.9 times: so fast nobody multiplies
                                    made(8, 50, 5e5, 1e6),    made(32, 50, 5.5e5, 1.1e6)};
  CHECK(most_over_direct(points[0], 1e6) == doctest::Approx(1.15 / 0.28 / 0.8));
  CHECK(recommend(points)[0].gm != 8);
  mark_disturbed(points);
  std::vector<bool> marked;
  marked.reserve(points.size());
  for (const GroupPoint& p : points) marked.push_back(p.disturbed);
  CHECK(marked == std::vector<bool>{false, false, true, true, false, false});
  const std::vector<Recommendation> found = recommend(points);
  REQUIRE(found.size() == 1);
  CHECK(found[0].gm == 8);
  CHECK(found[0].fastest_over_direct < 4);
  const std::string text = group_size_text(points);
  CHECK(text.find("15.9") == std::string::npos);
  CHECK(text.find('?') != std::string::npos);
  CHECK(text.find("2 of 6 points (?) were disturbed") != std::string::npos);
  CHECK(group_size_svg(points, "cpu").find("16x4") == std::string::npos);
  CHECK(count(group_size_csv(points), ",1\n") == 2);
  for (GroupPoint& p : points) p.disturbed = true;
  CHECK(recommend(points).empty());
  CHECK(group_size_text(points).find("6 of 6 points") != std::string::npos);
}

TEST_CASE("a point of which nothing is known to be impossible is not marked") {
  std::vector<GroupPoint> points = {point(8, 4, 28, 15.9), point(8, 4, 50, 2)};
  points[1].code = "best";
  mark_disturbed(points);
  CHECK_FALSE(points[0].disturbed);
  CHECK_FALSE(points[1].disturbed);
}

TEST_CASE("layers have a recommendation each and one together") {
  const std::vector<GroupPoint> points = {point(8, 4, 50, 2.0), point(32, 4, 50, 3.0),
                                          point(8, 4, 50, 4.0, "linear"), point(32, 4, 50, 1.0, "linear")};
  const auto found = recommend(points);
  REQUIRE(found.size() == 3);
  CHECK(found[0].gm == 32);
  CHECK(found[1].gm == 8);
  CHECK(found[2].layer.empty());
  CHECK(found[2].over_direct == doctest::Approx(std::sqrt(8.0)));
}

TEST_CASE("the table, the CSV and the chart hold every point") {
  const std::vector<GroupPoint> points = {point(8, 4, 50, 1.91), point(8, 4, 28, 3.37),
                                          point(32, 4, 50, 1.99)};
  const std::string text = group_size_text(points);
  for (const char* part : {"2.0 x", "3.6 x", "1.91", "3.37", "1.99", "recommended", "KGS, direct code"}) {
    CAPTURE(part);
    CHECK(text.find(part) != std::string::npos);
  }
  const std::string csv = group_size_csv(points);
  CHECK(count(csv, "\n") == 4);
  CHECK(csv.find("3x3x3,kgs,direct,8,4,3.571,") != std::string::npos);
  const std::string svg = group_size_svg(points, "a <cpu> & more");
  CHECK(count(svg, "<circle") == 3 + 2);  // and the line of the rate
  CHECK(svg.find("a &lt;cpu&gt; &amp; more") != std::string::npos);
  CHECK(count(svg, "<polyline") == 3);
  CHECK(svg.find("nan") == std::string::npos);
}

TEST_CASE("a chart without points is still a picture") {
  const std::string svg = svg_page({{{"empty", "x", "y", {}}}}, "nothing");
  CHECK(svg.rfind("<svg", 0) == 0);
  CHECK(svg.find("</svg>") != std::string::npos);
  CHECK(svg.find("nan") == std::string::npos);
  CHECK(svg.find("inf") == std::string::npos);
}

}  // namespace rt3d::cli

TEST_SUITE_END();
