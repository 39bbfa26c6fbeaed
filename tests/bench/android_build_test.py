"""What scripts/android-build refuses before it fetches or builds anything. (No NDK is here: folders stand in its place.)"""
import os
import pathlib
import subprocess
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parent.parent.parent / "scripts/android-build"


class AndroidBuild(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.ndk = pathlib.Path(folder.name) / "ndk"
        self.ndk.mkdir()

    def refusal(self, ndk):
        environment = {key: value for key, value in os.environ.items() if key != "ANDROID_NDK"}
        if ndk:
            environment["ANDROID_NDK"] = str(ndk)
        done = subprocess.run([SCRIPT, self.ndk.parent / "out"], env=environment, capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertEqual(done.stderr.count("\n"), 1)
        self.assertFalse((self.ndk.parent / "out").exists())
        return done.stderr

    def toolchain(self, revision):
        (self.ndk / "build/cmake").mkdir(parents=True)
        (self.ndk / "build/cmake/android.toolchain.cmake").touch()
        if revision:
            (self.ndk / "source.properties").write_text(f"Pkg.Desc = Android NDK\nPkg.Revision = {revision}\n")

    def test_it_says_what_is_missing(self):
        self.assertIn("set ANDROID_NDK to the folder of an NDK, release 26 or later", self.refusal(None))
        self.assertIn("it has no build/cmake/android.toolchain.cmake", self.refusal(self.ndk))

    def test_it_refuses_old_releases_and_unknown_ones(self):
        self.toolchain("25.2.9519653")
        self.assertIn("is of release 25.2.9519653: RT3D needs 26 or later", self.refusal(self.ndk))
        (self.ndk / "source.properties").unlink()
        self.assertIn("is of release unknown", self.refusal(self.ndk))


if __name__ == "__main__":
    unittest.main()
