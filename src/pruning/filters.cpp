// Whole filters: which layers can lose some, how many each loses, and the zeros.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/checksum.h"
#include "base/error.h"
#include "base/random.h"
#include "pruning/filter_cut.h"
#include "pruning/layers.h"
#include "pruning/pruning.h"

namespace rt3d::pruning {

namespace {

constexpr std::int64_t kStep = 8;  // filters at a time: what is left suits vectors

struct Cuttable {
  Layer layer;
  std::int64_t filters = 0, inputs = 0;            // as built
  std::int64_t kept_filters = 0, kept_inputs = 0;  // inputs counted as the weights count them
  std::optional<FilterCut> cut;                    // absent: keeps all its filters
  std::vector<std::int64_t> order;                 // the last kept_filters of it survive

  double work() const {
    return static_cast<double>(layer.macs) * static_cast<double>(kept_filters) /
           static_cast<double>(filters) * static_cast<double>(kept_inputs) / static_cast<double>(inputs);
  }
  std::int64_t least() const {
    return std::max<std::int64_t>(1, std::llround(std::ceil(kLeastKept * static_cast<double>(filters))));
  }
};

class FilterPruning {
 public:
  FilterPruning(graph::Graph& graph, std::uint64_t seed) : graph_(graph), at_(graph.nodes.size(), -1) {
    for (const Layer& layer : layers_of(graph)) {
      Cuttable item;
      item.layer = layer;
      const Shape& shape = graph.value(layer.weights).desc.shape;
      item.filters = item.kept_filters = shape[0];
      item.inputs = item.kept_inputs = shape[1];
      if (layer.stays.empty()) item.cut = follow_channels(graph, layer.node);
      item.order.resize(static_cast<std::size_t>(item.filters));
      std::iota(item.order.begin(), item.order.end(), 0);
      Random random(checksum64(layer.name) ^ (seed * 0x9e3779b97f4a7c15ull));
      for (std::size_t i = item.order.size(); i > 1; --i)
        std::swap(item.order[i - 1],
                  item.order[static_cast<std::size_t>(random.below(static_cast<std::int64_t>(i)))]);
      at_[static_cast<std::size_t>(layer.node)] = static_cast<int>(items_.size());
      items_.push_back(std::move(item));
    }
  }

  void choose(double rate) {
    const double wanted = work() / rate;
    for (Cuttable& item : items_)
      if (item.cut && item.layer.linear)
        remove(item, item.filters - std::llround(static_cast<double>(item.filters) / std::sqrt(rate)));
    while (work() > wanted) {
      Cuttable* item = busiest();
      if (!item)
        fail(Code::invalid_argument, "pruning filters at ", rate,
             " times is out of reach: with all that may go the model is at ", wanted * rate / work(),
             " times");
      const std::int64_t room = item->kept_filters - item->least();
      const std::int64_t uneven = item->kept_filters % kStep;
      const std::int64_t step = std::min(room, uneven == 0 ? kStep : uneven);
      remove(*item, step);
      if (step == 1 || work() >= wanted * (1 - kClose)) continue;
      remove(*item, 1 - step);
    }
  }

  void write_zeros() {
    for (const Cuttable& item : items_)
      for (std::int64_t i = 0; i < item.filters - item.kept_filters; ++i)
        remove_filter(item, item.order[static_cast<std::size_t>(i)]);
    for (const Cuttable& item : items_) {
      if (item.kept_inputs == item.inputs) continue;
      const auto scale = static_cast<float>(
          std::sqrt(static_cast<double>(item.inputs) / static_cast<double>(item.kept_inputs)));
      for (float& weight : floats(item.layer.weights)) weight *= scale;
    }
  }

  Report report() const {
    Report report;
    for (const Cuttable& item : items_) {
      const bool fewer_filters = item.kept_filters < item.filters,
                 fewer_inputs = item.kept_inputs < item.inputs;
      std::string zeros = fewer_filters && fewer_inputs ? "filters and channels"
                          : fewer_filters               ? "filters"
                          : fewer_inputs                ? "channels"
                                                        : "";
      if (zeros.empty())
        zeros = cat("dense: ", !item.layer.stays.empty() ? item.layer.stays
                               : item.cut                ? "little work"
                                                         : "added to others");
      report.layers.push_back({item.layer.name, graph_.value(item.layer.weights).desc.shape, zeros,
                               item.layer.macs, std::llround(item.work())});
      report.macs += item.layer.macs;
      report.surviving_macs += report.layers.back().surviving_macs;
    }
    return report;
  }

 private:
  double work() const {
    return std::accumulate(items_.begin(), items_.end(), 0.0,
                           [](double sum, const Cuttable& item) { return sum + item.work(); });
  }

  // The layer that works most among those that can lose a filter; null when there is none.
  Cuttable* busiest() {
    Cuttable* found = nullptr;
    for (Cuttable& item : items_)
      if (item.cut && item.kept_filters > item.least() && (!found || item.work() > found->work()))
        found = &item;
    return found;
  }

  void remove(Cuttable& item, std::int64_t filters) {
    item.kept_filters -= filters;
    for (const ChannelPlace& reader : item.cut->readers)
      items_[static_cast<std::size_t>(at_[static_cast<std::size_t>(reader.node)])].kept_inputs -=
          filters * reader.span;
  }

  std::span<float> floats(graph::ValueId value) {
    return graph_.value(value).constant->mutable_values<float>();
  }

  void remove_filter(const Cuttable& item, std::int64_t filter) {
    const graph::Node& node = graph_.nodes[static_cast<std::size_t>(item.layer.node)];
    const auto weights = floats(item.layer.weights);
    const std::size_t length = weights.size() / static_cast<std::size_t>(item.filters);
    const auto own = weights.subspan(static_cast<std::size_t>(filter) * length, length);
    std::fill(own.begin(), own.end(), 0.0f);
    if (node.inputs.size() > 2) floats(node.inputs[2])[static_cast<std::size_t>(filter)] = 0;
    for (const ChannelPlace& norm : item.cut->norms) {
      const graph::Node& at = graph_.nodes[static_cast<std::size_t>(norm.node)];
      const auto channel = static_cast<std::size_t>(norm.first + filter);
      floats(at.inputs[2])[channel] = 0;  // shift
      floats(at.inputs[3])[channel] = 0;  // mean
    }
    for (const ChannelPlace& reader : item.cut->readers) remove_channel(reader, filter);
  }

  void remove_channel(const ChannelPlace& reader, std::int64_t filter) {
    const Cuttable& item = items_[static_cast<std::size_t>(at_[static_cast<std::size_t>(reader.node)])];
    const auto weights = floats(item.layer.weights);
    const auto rows = static_cast<std::size_t>(item.filters);
    const std::size_t row = weights.size() / rows;
    const std::size_t width = row / static_cast<std::size_t>(item.inputs);  // kernel positions
    const std::size_t from = static_cast<std::size_t>((reader.first + filter) * reader.span) * width;
    for (std::size_t r = 0; r < rows; ++r) {
      const auto part = weights.subspan(r * row + from, static_cast<std::size_t>(reader.span) * width);
      std::fill(part.begin(), part.end(), 0.0f);
    }
  }

  graph::Graph& graph_;
  std::vector<int> at_;  // by node, the index into items_
  std::vector<Cuttable> items_;
};

}  // namespace

Report prune_filters(graph::Graph& graph, const Request& request, std::uint64_t seed) {
  FilterPruning pruning(graph, seed);
  pruning.choose(request.rate);
  pruning.write_zeros();
  return pruning.report();
}

}  // namespace rt3d::pruning
