// Data sets as they are distributed, in folders of empty files: what there is to train and to test with, and what is objected to.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/error.h"
#include "dataset/dataset.h"
#include "scratch.h"

TEST_SUITE_BEGIN("dataset");

namespace rt3d::tests {
namespace {

namespace fs = std::filesystem;
using dataset::Dataset;
using dataset::Sample;
using dataset::Source;

class Tree : public Scratch {
 public:
  void file(const std::string& name, const std::string& text = "") const {
    fs::create_directories(fs::path(path(name)).parent_path());
    write(name, text);
  }
  Source source(const std::string& root, const std::string& split = "") const {
    Source s;
    s.root = path(root);
    if (!split.empty()) s.split = path(split);
    return s;
  }
};

std::string objection(const Source& source) {
  try {
    dataset::read_dataset(source);
  } catch (const Error& error) {
    CHECK(std::string(error.what()).find('\n') == std::string::npos);
    return error.what();
  }
  return "";
}

// "class/file" of each, sorted.
std::vector<std::string> told(const Dataset& d, const std::vector<Sample>& samples) {
  std::vector<std::string> all;
  for (const Sample& s : samples)
    all.push_back(d.classes.at(static_cast<std::size_t>(s.label)) + "/" + s.path.filename().string());
  std::sort(all.begin(), all.end());
  return all;
}
using Told = std::vector<std::string>;

void make_ucf101(const Tree& tree, bool flat) {
  tree.file("lists/classInd.txt", "1 ApplyEyeMakeup\r\n2 HandstandPushups\r\n");
  tree.file("lists/trainlist01.txt",
            "ApplyEyeMakeup/v_ApplyEyeMakeup_g08_c01.avi "
            "1\r\nHandstandPushups/v_HandStandPushups_g01_c01.avi 2\r\n");
  tree.file(
      "lists/testlist01.txt",
      "ApplyEyeMakeup/v_ApplyEyeMakeup_g01_c01.avi\r\nHandstandPushups/v_HandStandPushups_g02_c01.avi\r\n");
  for (const char* name :
       {"ApplyEyeMakeup/v_ApplyEyeMakeup_g08_c01.avi", "ApplyEyeMakeup/v_ApplyEyeMakeup_g01_c01.avi",
        "HandstandPushups/v_HandStandPushups_g01_c01.avi", "HandstandPushups/v_HandStandPushups_g02_c01.avi"})
    tree.file(flat ? "UCF-101/" + fs::path(name).filename().string() : std::string("UCF-101/") + name);
}

}  // namespace

TEST_CASE(
    "UCF101: lists with Windows' line ends, the class that is spelled two ways, videos in folders or in "
    "one") {
  for (const bool flat : {false, true})
    for (const char* split : {"lists/trainlist01.txt", "lists/testlist01.txt"}) {
      CAPTURE(flat);
      CAPTURE(split);
      const Tree tree;
      make_ucf101(tree, flat);
      const Dataset d = dataset::read_dataset(tree.source("UCF-101", split));
      CHECK(d.format == "UCF101");
      CHECK(d.classes == Told{"ApplyEyeMakeup", "HandstandPushups"});
      CHECK(told(d, d.train) == Told{"ApplyEyeMakeup/v_ApplyEyeMakeup_g08_c01.avi",
                                     "HandstandPushups/v_HandStandPushups_g01_c01.avi"});
      CHECK(told(d, d.test) == Told{"ApplyEyeMakeup/v_ApplyEyeMakeup_g01_c01.avi",
                                    "HandstandPushups/v_HandStandPushups_g02_c01.avi"});
      CHECK(d.warnings.empty());
    }
}

TEST_CASE("UCF101: what the lists say wrongly is told with file and line") {
  const Tree tree;
  make_ucf101(tree, false);
  const Source source = tree.source("UCF-101", "lists/trainlist01.txt");
  const auto with = [&](const char* file, const char* text) {
    tree.file(file, text);
    return objection(source);
  };
  CHECK(with("lists/trainlist01.txt", "ApplyEyeMakeup/a.avi 2\n")
            .find("trainlist01.txt:1: the label 2 is not that of "
                  "'ApplyEyeMakeup', 1") != std::string::npos);
  CHECK(with("lists/trainlist01.txt", "\nNobody/a.avi 1\n")
            .find("trainlist01.txt:2: 'Nobody/a.avi 1' should be") != std::string::npos);
  CHECK(with("lists/trainlist01.txt", "ApplyEyeMakeup/a.avi one\n").find("'one' is no whole number") !=
        std::string::npos);
  make_ucf101(tree, false);
  CHECK(with("lists/classInd.txt", "1 A\n3 B\n").find("classInd.txt:2: '3 B' should be '2 <class>'") !=
        std::string::npos);
  CHECK(with("lists/classInd.txt", "1 A\n2 A\n").find("'A' stands there twice") != std::string::npos);
  fs::remove(tree.path("lists/classInd.txt"));
  CHECK(objection(source).find("classInd.txt") != std::string::npos);
  make_ucf101(tree, false);
  fs::remove(tree.path("lists/testlist01.txt"));
  CHECK(objection(source).find("testlist01.txt") != std::string::npos);
}

TEST_CASE("HMDB51: one file for each class, names with underscores, a number that says what a video is for") {
  const Tree tree;
  tree.file("splits/brush_hair_test_split1.txt", "a.avi 1 \nb.avi 2 \nc.avi 0 \n");
  tree.file("splits/wave_test_split1.txt", "d.avi 1 \ne.avi 2 \n");
  tree.file("splits/wave_test_split2.txt", "d.avi 2 \ne.avi 1 \n");
  for (const char* name :
       {"brush_hair/a.avi", "brush_hair/b.avi", "brush_hair/c.avi", "wave/d.avi", "wave/e.avi"})
    tree.file(std::string("videos/") + name);
  const Dataset d = dataset::read_dataset(tree.source("videos", "splits/wave_test_split1.txt"));
  CHECK(d.format == "HMDB51");
  CHECK(told(d, d.train) == Told{"brush_hair/a.avi", "wave/d.avi"});
  CHECK(told(d, d.test) == Told{"brush_hair/b.avi", "wave/e.avi"});
  tree.file("splits/wave_test_split1.txt", "d.avi 3\n");
  CHECK(objection(tree.source("videos", "splits/wave_test_split1.txt"))
            .find("wave_test_split1.txt:1: 'd.avi 3' should be") != std::string::npos);
}

TEST_CASE("Kinetics: a CSV file for each split, videos wherever a downloader laid them") {
  const Tree tree;
  tree.file("train.csv",
            "label,youtube_id,time_start,time_end,split\r\n\"abseiling, high\",abc_-12,5,15,train\r\n"
            "zumba,xyz,0,10,train\r\nzumba,gone,0,10,train\r\n");
  tree.file("val.csv", "label,youtube_id,time_start,time_end,split\nzumba,uvw,100,110,validate\n");
  tree.file("videos/abseiling, high/abc_-12_000005_000015.mp4");
  tree.file("videos/xyz_000000_000010.webm");
  tree.file("videos/val/uvw_000100_000110.mkv");
  const Dataset d = dataset::read_dataset(tree.source("videos", "train.csv"));
  CHECK(d.format == "Kinetics");
  CHECK(told(d, d.train) ==
        Told{"abseiling, high/abc_-12_000005_000015.mp4", "zumba/xyz_000000_000010.webm"});
  CHECK(told(d, d.test) == Told{"zumba/uvw_000100_000110.mkv"});
  REQUIRE(d.warnings.size() == 1);
  CHECK(d.warnings[0].find("1 of 3 videos to train with are not there; the first is ") == 0);
  CHECK(d.warnings[0].find("gone_000000_000010") != std::string::npos);
  tree.file("train.csv", "label,youtube_id,time_start,time_end\nzumba,xyz\n");
  CHECK(objection(tree.source("videos", "train.csv")).find("train.csv:2: 'zumba,xyz' has too few columns") !=
        std::string::npos);
}

TEST_CASE("lists of paths: numbers or words, spaces, commas or semicolons, pictures with their number") {
  const Tree tree;
  for (const char* name : {"a/1.mp4", "b/2 x.mp4", "c/img/img_00001.jpg", "d.mp4"})
    tree.file(std::string("v/") + name);
  tree.file("test.txt", "d.mp4 1\n");
  struct Case {
    const char* train;
    Told classes, said;
  };
  const Case cases[] = {{"a/1.mp4 0\nc/img 12 2\n", {"0", "1", "2"}, {"0/1.mp4", "2/img"}},
                        {"a/1.mp4;0\nb/2 x.mp4;1\n", {"0", "1"}, {"0/1.mp4", "1/2 x.mp4"}},
                        {"a/1.mp4, run\nb/2 x.mp4, 1\n", {"1", "run"}, {"1/2 x.mp4", "run/1.mp4"}}};
  for (const Case& c : cases) {
    CAPTURE(c.train);
    tree.file("train.txt", c.train);
    Source source = tree.source("v", "train.txt");
    source.test_split = tree.path("test.txt");
    const Dataset d = dataset::read_dataset(source);
    CHECK(d.format == "list of paths");
    CHECK(d.classes == c.classes);
    CHECK(told(d, d.train) == c.said);
    CHECK(d.test.size() == 1);
    CHECK(d.classes.at(static_cast<std::size_t>(d.test[0].label)) == "1");
  }
  tree.file("train.txt", "a/1.mp4 0\nonly-a-path\n");
  CHECK(objection(tree.source("v", "train.txt"))
            .find("train.txt:2: 'only-a-path' should be '<path> <label>'") != std::string::npos);
  tree.file("train.txt", "a/1.mp4 0\nd.mp4 9999999\n");
  CHECK(objection(tree.source("v", "train.txt")).find("train.txt:2: the label 9999999 is too large") !=
        std::string::npos);
}

TEST_CASE("a folder for each class: a seeded fifth of each is held out, always the same") {
  const Tree tree;
  for (const char* name : {"walk", "run", "once"})
    for (int i = 0; i < (std::string(name) == "once" ? 1 : 10); ++i)
      tree.file("v/" + std::string(name) + "/" + std::to_string(i) + ".MP4");
  tree.file("v/run/notes.txt", "no video");
  tree.file("v/.hidden/1.mp4");
  tree.file("v/pictures/clip1/1.jpg");
  tree.file("v/pictures/clip2/1.png");
  fs::create_directories(tree.path("v/empty"));
  Source source = tree.source("v");
  const Dataset d = dataset::read_dataset(source);
  CHECK(d.classes == Told{"once", "pictures", "run", "walk"});
  CHECK(d.train.size() == 1 + 1 + 8 + 8);
  CHECK(d.test.size() == 0 + 1 + 2 + 2);
  std::map<int, int> of_class;
  std::set<fs::path> all;
  for (const Sample& s : d.test) ++of_class[s.label];
  CHECK(of_class == std::map<int, int>{{1, 1}, {2, 2}, {3, 2}});
  for (const auto* samples : {&d.train, &d.test})
    for (const Sample& s : *samples) CHECK(all.insert(s.path).second);
  CHECK(told(d, dataset::read_dataset(source).test) == told(d, d.test));
  source.seed = 2;
  CHECK(told(d, dataset::read_dataset(source).test) != told(d, d.test));
}

TEST_CASE("what is no data set is told in one line") {
  const Tree tree;
  CHECK(objection(tree.source("nowhere")).find("nowhere is no folder") != std::string::npos);
  fs::create_directories(tree.path("v"));
  CHECK(objection(tree.source("v")).find("one folder for each class is expected") != std::string::npos);
  tree.file("v/run/1.mp4");
  CHECK(objection(tree.source("v")).find("has one class, 'run',") != std::string::npos);
  CHECK(objection(tree.source("v", "none.txt")).find("none.txt") != std::string::npos);
  tree.file("list.txt", "");
  CHECK(objection(tree.source("v", "list.txt")).find("list.txt is empty") != std::string::npos);
  tree.file("list.txt", "a b c d e\n");
  CHECK(objection(tree.source("v", "list.txt")).find("is no list that is known") != std::string::npos);
  tree.file("list.txt", std::string("a\0b", 3));
  CHECK(objection(tree.source("v", "list.txt")).find("it is no text") != std::string::npos);
  tree.file("list.txt", "x/1.mp4 0\nx/2.mp4 1\n");
  CHECK(objection(tree.source("v", "list.txt")).find("none of the 2 videos of ") != std::string::npos);
  Source source = tree.source("v");
  source.held_out = 1;
  CHECK(objection(source).find("should lie between 0 and 1") != std::string::npos);
}

}  // namespace rt3d::tests

TEST_SUITE_END();
