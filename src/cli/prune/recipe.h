// A command's options as a JSON file, in both directions: `{"model": "c3d.onnx", "epochs": "4,4", "keep-dense": ["conv2"]}`. A key is an
// option's long name. What is given on the command line wins.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace rt3d::cli {

// Sets the options that the file names and the command line did not. Texts are checked as if they had been typed. Throws UsageError naming
// file and key, Failure when the file cannot be read.
void apply_recipe(CLI::App& app, const std::filesystem::path& file);

// All options that were given, and the defaults of others. Names of files and folders are absolute, so that the recipe works from
// anywhere.
nlohmann::json recipe_of(const CLI::App& app);

// Reads a file that holds one JSON object; comments are allowed.
nlohmann::json read_json(const std::filesystem::path& file);

// The options that a recipe alone gives, as `declare` would have them from a command line.
template <typename Options>
Options options_of(const std::filesystem::path& file, void (*declare)(CLI::App&, Options&)) {
  CLI::App app;
  Options options;
  declare(app, options);
  apply_recipe(app, file);
  return options;
}

}  // namespace rt3d::cli
