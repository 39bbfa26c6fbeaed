// Every form in which a user may name a file, and where the file then lies.
#pragma once

#include <filesystem>
#include <string>

namespace rt3d::tests {

struct PathForm {
  const char* what;
  const char* given;  // relative to the current folder; "@/" stands for that folder's absolute path
  const char* lies;   // below it
};

inline constexpr PathForm kPathForms[] = {
    {"a bare name", "app.db", "app.db"},
    {"with ./", "./app.db", "app.db"},
    {"in a folder", "real/app.db", "real/app.db"},
    {"in a folder that is missing", "new/er/app.db", "new/er/app.db"},
    {"down and up", "real/../app.db", "app.db"},
    {"absolute", "@/app.db", "app.db"},
    {"absolute, in a folder that is missing", "@/new/app.db", "new/app.db"},
    {"a link to a file", "link.db", "real/linked.db"},
    {"an absolute link to a file", "absolute_link.db", "real/linked.db"},
    {"a link that dangles", "dangling.db", "real/target.db"},
    {"a link into a folder that is missing", "lost.db", "lost/target.db"},
    {"a link to a link", "chain.db", "real/target.db"},
    {"in a folder that is a link", "linked/app.db", "real/app.db"},
    {"with spaces", "with space/my app.db", "with space/my app.db"},
    {"not ASCII", "größe/日本.db", "größe/日本.db"},
    {"with what means something in a URI", "100%41?mode=memory#x.db", "100%41?mode=memory#x.db"},
    {"like a URI", "file:app.db?mode=memory", "file:app.db?mode=memory"},
    {"like SQLite's name for memory", ":memory:", ":memory:"},
};

// The links that the table names.
inline void make_links(const std::filesystem::path& folder) {
  namespace fs = std::filesystem;
  fs::create_directory(folder / "real");
  fs::create_directory_symlink("real", folder / "linked");
  fs::create_symlink("real/linked.db", folder / "link.db");
  fs::create_symlink(folder / "real" / "linked.db", folder / "absolute_link.db");
  fs::create_symlink("real/target.db", folder / "dangling.db");
  fs::create_symlink("lost/target.db", folder / "lost.db");
  fs::create_symlink("dangling.db", folder / "chain.db");
}

inline std::string given(const PathForm& form, const std::filesystem::path& folder) {
  const std::string text = form.given;
  return text.starts_with("@/") ? (folder / text.substr(2)).string() : text;
}

// The current folder while it lives.
class InFolder {
 public:
  explicit InFolder(const std::filesystem::path& folder) : before_(std::filesystem::current_path()) {
    std::filesystem::current_path(folder);
  }
  ~InFolder() {
    std::error_code ignored;
    std::filesystem::current_path(before_, ignored);
  }
  InFolder(const InFolder&) = delete;
  InFolder& operator=(const InFolder&) = delete;

 private:
  std::filesystem::path before_;
};

}  // namespace rt3d::tests
