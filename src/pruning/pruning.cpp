#include "pruning/pruning.h"

#include <charconv>

#include "base/error.h"
#include "base/real_text.h"

namespace rt3d::pruning {

namespace {

constexpr double kHighestRate = 100;
constexpr std::string_view kPublished = "authors-";

[[noreturn]] void refuse(std::string_view text) {
  fail(Code::invalid_argument, "'", text,
       "' is not a sparsity that models can be made with; kgs:8x4:3.6, vanilla:32x4:3.6, "
       "winograd:32x4:3.6, filter:2.6 and kgs:8x4:authors-3.6 are, with rates above 1 and up to ",
       kHighestRate);
}

// The text before the separator, which is cut off with it; all of it when there is none.
std::string_view take_part(std::string_view& text, char separator) {
  const std::string_view part = text.substr(0, text.find(separator));
  text.remove_prefix(std::min(text.size(), part.size() + 1));
  return part;
}

bool read(std::string_view text, int& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

Request parse_request(std::string_view text) {
  Request request;
  std::string_view rest = text;
  const std::string_view scheme = take_part(rest, ':');
  request.filters = scheme == "filter";
  if (!request.filters) {
    request.transformed = scheme == "winograd";
    if (scheme != "kgs" && scheme != "vanilla" && !request.transformed) refuse(text);
    request.scheme = scheme == "kgs" ? kernels::Scheme::kgs : kernels::Scheme::vanilla;
    std::string_view group = take_part(rest, ':');
    const std::string_view gm = take_part(group, 'x');
    if (!read(gm, request.gm) || !read(group, request.gn)) refuse(text);
    // One place says which groups there are.
    kernels::parse_sparsity(cat("kgs:", request.gm, "x", request.gn, ":50%"));
    request.published = rest.substr(0, kPublished.size()) == kPublished;
    if (request.published) rest.remove_prefix(kPublished.size());
  }
  request.rate = parse_real(rest).value_or(0);
  if (!(request.rate > 1 && request.rate <= kHighestRate)) refuse(text);
  return request;
}

Report prune(graph::Graph& graph, const Request& request, std::uint64_t seed) {
  return request.filters ? prune_filters(graph, request, seed) : prune_groups(graph, request, seed);
}

}  // namespace rt3d::pruning
