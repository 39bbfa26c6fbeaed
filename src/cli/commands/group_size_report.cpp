#include "cli/commands/group_size_report.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "cli/parts/line_chart.h"
#include "cli/parts/table.h"

namespace rt3d::cli {
namespace {

constexpr double kWithin = 0.95;  // of the fastest group's speed
constexpr double kBeyond = 1.15;  // times what can be: clocks change, and peaks are measured
constexpr double kSlower = 1.15;  // times the dense layer's least: something disturbed it
constexpr const char* kSpoilt = "?";

using Group = std::pair<int, int>;
using Way = std::pair<std::string, std::string>;          // scheme, code
using Place = std::pair<std::string, int>;                // layer, kept per cent
using Speeds = std::map<Group, std::map<Place, double>>;  // over direct

std::string title(const Way& way) {
  const std::string scheme = way.first == "kgs" ? "KGS" : "Vanilla";
  return scheme + (way.second == "direct" ? ", direct code" : ", best code");
}

std::string group_text(const Group& group) {
  return std::to_string(group.first) + "x" + std::to_string(group.second);
}

template <typename Value, typename Get>
std::vector<Value> distinct(const std::vector<GroupPoint>& points, const Get& get) {
  std::vector<Value> values;
  for (const GroupPoint& point : points)
    if (const Value value = get(point); std::find(values.begin(), values.end(), value) == values.end())
      values.push_back(value);
  return values;
}

std::vector<std::string> layers_of(const std::vector<GroupPoint>& points) {
  return distinct<std::string>(points, [](const GroupPoint& p) { return p.layer; });
}

std::vector<Way> ways_of(const std::vector<GroupPoint>& points) {
  std::vector<Way> ways = distinct<Way>(points, [](const GroupPoint& p) { return Way{p.scheme, p.code}; });
  std::sort(ways.begin(), ways.end(), [](const Way& a, const Way& b) {
    return std::pair(a.second != "direct", a.first) < std::pair(b.second != "direct", b.first);
  });
  return ways;
}

Speeds speeds_of(const std::vector<GroupPoint>& points, const std::string& layer, const Way& way) {
  Speeds speeds;
  for (const GroupPoint& p : points)
    if ((layer.empty() || p.layer == layer) && Way{p.scheme, p.code} == way && !p.disturbed)
      speeds[{p.gm, p.gn}][{p.layer, p.kept_percent}] = p.over_direct();
  return speeds;
}

// By group, the geometric mean over what all groups were measured at; empty when there is nothing.
std::map<Group, double> means(const Speeds& speeds) {
  std::map<Place, std::size_t> measured;
  for (const auto& [group, row] : speeds)
    for (const auto& [place, speed] : row) ++measured[place];
  std::vector<Place> common;
  for (const auto& [place, groups] : measured)
    if (groups == speeds.size()) common.push_back(place);
  std::map<Group, double> result;
  for (const auto& [group, row] : speeds) {
    double sum = 0;
    for (const Place& place : common) sum += std::log(row.at(place));
    if (!common.empty()) result[group] = std::exp(sum / static_cast<double>(common.size()));
  }
  return result;
}

void recommend_one(const std::vector<GroupPoint>& points, const std::string& layer, const Way& way,
                   std::vector<Recommendation>& result) {
  const std::map<Group, double> speed = means(speeds_of(points, layer, way));
  if (speed.empty()) return;
  const auto slower = [](const auto& a, const auto& b) { return a.second < b.second; };
  const auto fastest = std::max_element(speed.begin(), speed.end(), slower);
  auto chosen = fastest;
  for (auto at = speed.begin(); at != speed.end(); ++at) {
    if (at->second < kWithin * fastest->second) continue;
    const int size = at->first.first * at->first.second, least = chosen->first.first * chosen->first.second;
    if (size < least || (size == least && at->second > chosen->second)) chosen = at;
  }
  result.push_back({layer, way.first, way.second, chosen->first.first, chosen->first.second, chosen->second,
                    fastest->first.first, fastest->first.second, fastest->second});
}

const Recommendation* find(const std::vector<Recommendation>& all, const std::string& layer, const Way& way) {
  for (const Recommendation& r : all)
    if (r.layer == layer && Way{r.scheme, r.code} == way) return &r;
  return nullptr;
}

std::string way_table(const std::vector<GroupPoint>& points, const std::string& layer, const Way& way,
                      const Recommendation* recommended) {
  std::set<int, std::greater<>> kept;
  std::map<Group, std::map<int, std::string>> cells_of;
  for (const GroupPoint& p : points) {
    if (p.layer != layer || Way{p.scheme, p.code} != way) continue;
    kept.insert(p.kept_percent);
    cells_of[{p.gm, p.gn}][p.kept_percent] = p.disturbed ? kSpoilt : fixed(p.over_direct(), 2);
  }
  Table table("l" + std::string(kept.size(), 'r') + "l");
  std::vector<std::string> head = {"group"};
  for (const int percent : kept) head.push_back(fixed(100.0 / percent, 1) + " x");
  head.emplace_back();
  table.add(head);
  table.rule();
  for (const auto& [group, row] : cells_of) {
    std::vector<std::string> cells = {group_text(group)};
    for (const int percent : kept) {
      const auto found = row.find(percent);
      cells.push_back(found == row.end() ? "-" : found->second);
    }
    const bool here = recommended && Group{recommended->gm, recommended->gn} == group;
    cells.emplace_back(here ? "recommended" : "");
    table.add(cells);
  }
  return table.text();
}

std::string colour_of(const Group& group) {
  static const std::map<int, const char*> colours = {
      {4, "#9a8c98"}, {8, "#d1495b"}, {16, "#edae49"}, {32, "#30638e"}};
  const auto found = colours.find(group.first);
  return found == colours.end() ? "#5c946e" : found->second;
}

std::string dash_of(const Group& group) { return group.second == 1 ? "2 3" : group.second >= 8 ? "8 3" : ""; }

LineChart chart_of(const std::vector<GroupPoint>& points, const std::string& layer, const Way& way) {
  LineChart chart{layer + ": " + title(way), "pruning rate", "speed-up over dense direct code", {}};
  double highest = 1, dense_best = 0;
  for (const GroupPoint& p : points) {
    if (p.layer != layer) continue;
    highest = std::max(highest, p.rate());
    dense_best = p.direct_ns / p.best_ns;
  }
  chart.series.push_back({"as the rate says", "#444444", "1 3", {{1, 1}, {highest, highest}}});
  if (way.second == "best")
    chart.series.push_back({"dense, best code", "#444444", "6 4", {{1, dense_best}, {highest, dense_best}}});
  for (const auto& [group, row] : speeds_of(points, layer, way)) {
    ChartSeries series{group_text(group), colour_of(group), dash_of(group), {}};
    for (const auto& [place, speed] : row) series.points.emplace_back(100.0 / place.second, speed);
    std::sort(series.points.begin(), series.points.end());
    chart.series.push_back(std::move(series));
  }
  return chart;
}

}  // namespace

double most_over_direct(const GroupPoint& point, double direct_ns) {
  return kBeyond * point.rate() * direct_ns / point.least_direct_ns;
}

void mark_disturbed(std::vector<GroupPoint>& points) {
  std::map<std::string, double> direct_ns;
  for (const GroupPoint& p : points) {
    const auto [found, first] = direct_ns.try_emplace(p.layer, p.direct_ns);
    if (!first) found->second = std::min(found->second, p.direct_ns);
  }
  for (GroupPoint& p : points) {
    const double least = direct_ns[p.layer];
    const bool beyond =
        p.code == "direct" && p.least_direct_ns > 0 && p.over_direct() > most_over_direct(p, least);
    p.disturbed = p.ns * kBeyond < p.least_ns || p.direct_ns > kSlower * least || beyond;
  }
}

std::vector<Recommendation> recommend(const std::vector<GroupPoint>& points) {
  std::vector<Recommendation> result;
  std::vector<std::string> layers = layers_of(points);
  if (layers.size() > 1) layers.emplace_back();
  for (const std::string& layer : layers)
    for (const Way& way : ways_of(points)) recommend_one(points, layer, way, result);
  return result;
}

std::string group_size_text(const std::vector<GroupPoint>& points) {
  const std::vector<Recommendation> all = recommend(points);
  std::string text;
  for (const std::string& layer : layers_of(points)) {
    for (const GroupPoint& p : points) {
      if (p.layer != layer) continue;
      if (p.disturbed) continue;
      text += layer + ": dense " + duration(p.direct_ns) + " in direct code, " + duration(p.best_ns) +
              " in the best; speed-ups over dense direct code by pruning rate\n";
      break;
    }
    for (const Way& way : ways_of(points))
      text += " " + title(way) + "\n" + way_table(points, layer, way, find(all, layer, way));
    text += "\n";
  }
  for (const Recommendation& r : all) {
    const std::string where = r.layer.empty() ? "all layers" : r.layer;
    text += where + ", " + title({r.scheme, r.code}) + ": " + group_text({r.gm, r.gn}) + ", " +
            fixed(r.over_direct, 2) + " x on average";
    if (Group{r.gm, r.gn} != Group{r.fastest_gm, r.fastest_gn})
      text += " (" + fixed(r.fastest_over_direct, 2) + " x with " + group_text({r.fastest_gm, r.fastest_gn}) +
              ")";
    text += "\n";
  }
  const auto spoilt = std::count_if(points.begin(), points.end(), [](const auto& p) { return p.disturbed; });
  if (spoilt > 0)
    text += std::to_string(spoilt) + " of " + std::to_string(points.size()) + " points (" + kSpoilt +
            ") were disturbed by other use of the machine: measure again when it is quiet\n";
  return text;
}

std::string group_size_csv(const std::vector<GroupPoint>& points) {
  std::string text =
      "layer,scheme,code,gm,gn,rate,ns,dense_direct_ns,dense_best_ns,over_direct,over_best,family,"
      "disturbed\n";
  for (const GroupPoint& p : points) {
    text += p.layer + "," + p.scheme + "," + p.code + "," + std::to_string(p.gm) + "," +
            std::to_string(p.gn) + ",";
    for (const double value : {p.rate(), p.ns, p.direct_ns, p.best_ns, p.over_direct(), p.over_best()})
      text += fixed(value, 3) + ",";
    text += p.family + (p.disturbed ? ",1\n" : ",0\n");
  }
  return text;
}

std::string group_size_svg(const std::vector<GroupPoint>& points, const std::string& device) {
  std::vector<std::vector<LineChart>> rows;
  for (const std::string& layer : layers_of(points)) {
    rows.emplace_back();
    for (const Way& way : ways_of(points))
      if (!speeds_of(points, layer, way).empty()) rows.back().push_back(chart_of(points, layer, way));
  }
  return svg_page(rows, "Speed-up by pruning rate and group, " + device);
}

}  // namespace rt3d::cli
