#include "cli/prune/recipe.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "cli/parts/failure.h"
#include "cli/parts/nearest.h"
#include "cli/parts/unreadable.h"

namespace rt3d::cli {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

constexpr std::array<std::string_view, 8> kPaths{"model", "output",     "data",  "split",
                                                 "run",   "test-split", "cache", "calibrate"};
// Of one call, not of what is asked for.
constexpr std::array<std::string_view, 6> kNoSettings{"help", "version", "json", "quiet", "recipe", "resume"};

// Of a run's own recipe, beside its options.
constexpr std::array<std::string_view, 7> kFacts{"command", "data_checksum", "planned_for", "schema",
                                                 "version", "commit",        "date"};

bool is_in(const auto& list, const std::string& name) { return std::ranges::find(list, name) != list.end(); }

// The name in recipes; "" for what recipes do not hold.
std::string key_of(const CLI::Option& option) {
  std::string key = option.get_lnames().empty() ? option.get_name(true) : option.get_lnames()[0];
  std::ranges::transform(key, key.begin(), [](unsigned char c) { return std::tolower(c); });
  return is_in(kNoSettings, key) ? "" : key;
}

std::string text_of(const json& value, const std::string& where) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number() || value.is_boolean()) return value.dump();
  throw UsageError(where + ": give a text, a number, true or false, or a list of these");
}

void set(CLI::Option& option, const json& value, const std::string& where) {
  if (value.is_boolean() && !value.get<bool>()) return;  // a flag that is not given
  const json list = value.is_array() ? value : json::array({value});
  if (list.size() > 1 && option.get_expected_max() <= 1)
    throw UsageError(where + ": give one value, not several");
  try {
    for (const json& item : list) option.add_result(text_of(item, where));
    if (!list.empty()) option.run_callback();
  } catch (const CLI::ParseError& error) {
    throw UsageError(where + ": " + error.what());
  }
}

// A number where the text is one as JSON has it.
json value_of(const std::string& text) {
  const json number = json::parse(text, nullptr, false);
  return number.is_number() && number.dump() == text ? number : json(text);
}

json value_of(const CLI::Option& option, const std::string& key) {
  std::vector<std::string> texts = option.results();
  if (texts.empty() && !option.get_default_str().empty()) texts = {option.get_default_str()};
  if (is_in(kPaths, key))
    for (std::string& text : texts) text = fs::absolute(text).lexically_normal().string();
  if (texts.empty()) return {};
  if (option.get_expected_max() > 1) return texts;
  if (option.get_expected_max() == 0) return true;  // a flag
  return value_of(texts[0]);
}

}  // namespace

json read_json(const fs::path& file) {
  if (const std::string why = why_unreadable(file.string()); !why.empty())
    throw Failure("cannot read " + file.string() + ": " + why);
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  try {
    json object = json::parse(text.str(), nullptr, true, true);
    if (!object.is_object()) throw UsageError(file.string() + " holds no object: {\"epochs\": \"4,4\", …}");
    return object;
  } catch (const json::parse_error& error) {
    throw UsageError(file.string() + " is no JSON: " + error.what());
  }
}

void apply_recipe(CLI::App& app, const fs::path& file) {
  std::vector<std::string> known;
  for (const CLI::Option* option : app.get_options()) known.push_back(key_of(*option));
  std::erase(known, "");
  const json recipe = read_json(file);
  for (const auto& [key, value] : recipe.items()) {
    if (is_in(kFacts, key)) continue;
    const auto& options = app.get_options();
    const auto found = std::ranges::find(options, key, [](const CLI::Option* o) { return key_of(*o); });
    if (found == options.end() || key.empty())
      throw UsageError(file.string() + ": there is no setting '" + key + "'" + suggestion(key, known));
    if ((*found)->count() == 0) set(**found, value, file.string() + ": '" + key + "'");
  }
}

json recipe_of(const CLI::App& app) {
  json recipe = json::object();
  for (const CLI::Option* option : app.get_options()) {
    const std::string key = key_of(*option);
    if (key.empty()) continue;
    if (json value = value_of(*option, key); !value.is_null()) recipe[key] = std::move(value);
  }
  return recipe;
}

}  // namespace rt3d::cli
