#include "tumble/frames/frames.h"

#include <algorithm>
#include <cmath>

#include "tumble/base/error.h"

namespace tumble {

namespace {

/// Bound on squared norms: rounding leaves 1e-15, and a set of k rotations that isn't exact leaves at least about 1/k².
constexpr double vanishing = 1e-12;

double cosine_between(const Matrix3& a, const Matrix3& b) {
    double trace = 0.0;
    for (int i = 0; i < 3; ++i) {
        for (int j = 0; j < 3; ++j) trace += a[i][j] * b[i][j];
    }
    return std::clamp(0.5 * (trace - 1.0), -1.0, 1.0);
}

/// Return ‖Σ_k w_k D^l(P_k)‖² for l = 0 to `limit`.
std::vector<double> squared_norms(const std::vector<Matrix3>& proper, const std::vector<double>& weights, int limit) {
    std::vector<double> norms(limit + 1, 0.0);
    for (std::size_t j = 0; j < proper.size(); ++j) {
        for (std::size_t k = 0; k <= j; ++k) {
            const double weight = (j == k ? 1.0 : 2.0) * weights[j] * weights[k];
            const double cosine = cosine_between(proper[j], proper[k]);
            // χ_l = χ_{l−1} + 2 cos(lω), and Chebyshev's recursion for the cosines
            double character = 1.0, before = 1.0, now = cosine;
            norms[0] += weight;
            for (int l = 1; l <= limit; ++l) {
                character += 2.0 * now;
                norms[l] += weight * character;
                const double next = 2.0 * cosine * now - before;
                before = now;
                now = next;
            }
        }
    }
    return norms;
}

bool is_identity(const Matrix3& m) {
    for (int a = 0; a < 3; ++a) {
        for (int b = 0; b < 3; ++b) {
            if (std::abs(m[a][b] - identity[a][b]) > 1e-12) return false;
        }
    }
    return true;
}

}  // namespace

Frames lab_frame() { return {{identity}, {1.0}, 0}; }

Frames with_inversion(const Frames& frames) {
    Frames result;
    for (std::size_t k = 0; k < frames.size(); ++k) {
        Matrix3 inverted = frames.rotations[k];
        for (auto& row : inverted) {
            for (double& element : row) element = -element;
        }
        result.rotations.insert(result.rotations.end(), {frames.rotations[k], inverted});
        result.weights.insert(result.weights.end(), 2, 0.5 * frames.weights[k]);
    }
    result.bare = 2 * frames.bare;
    return result;
}

Frames turned(const Frames& frames, const Matrix3& rotation) {
    Frames result = frames;
    for (auto& member : result.rotations) member = product(member, rotation);
    return result;
}

Frames with_lab_frame(const Frames& frames) {
    Frames result = frames;
    const auto found = std::find_if(result.rotations.begin(), result.rotations.end(), is_identity);
    result.bare = static_cast<std::size_t>(found - result.rotations.begin());
    if (found == result.rotations.end()) {
        result.rotations.push_back(identity);
        result.weights.push_back(0.0);
    }
    return result;
}

Frames correction(const Frames& frames) {
    Frames result = with_lab_frame(frames);
    result.weights[result.bare] -= 1.0;
    return result;
}

int exactness(const Frames& frames, int limit) {
    if (limit < 1) return 0;
    std::vector<Matrix3> proper = frames.rotations;
    std::vector<double> odd_weights = frames.weights;
    for (std::size_t k = 0; k < proper.size(); ++k) {
        if (determinant(proper[k]) > 0.0) continue;
        odd_weights[k] = -odd_weights[k];
        for (auto& row : proper[k]) {
            for (double& element : row) element = -element;
        }
    }
    const std::vector<double> even = squared_norms(proper, frames.weights, limit);
    const std::vector<double> odd = squared_norms(proper, odd_weights, limit);
    int degree = 0;
    while (degree < limit && even[degree + 1] < vanishing && odd[degree + 1] < vanishing) ++degree;
    return degree;
}

bool averages_parity(const Frames& frames) {
    double sum = 0.0;
    for (std::size_t k = 0; k < frames.size(); ++k) sum += frames.weights[k] * determinant(frames.rotations[k]);
    return std::abs(sum) < vanishing;
}

void check_frames(const Frames& frames) {
    if (frames.rotations.empty() || frames.weights.size() != frames.size() || frames.bare >= frames.size()) {
        throw ConfigurationError(message("frames: expected as many rotations as weights, and at least one; got ",
                                         frames.size(), " and ", frames.weights.size()));
    }
    for (std::size_t k = 0; k < frames.size(); ++k) {
        const Matrix3& m = frames.rotations[k];
        double error = 0.0;
        for (int a = 0; a < 3; ++a) {
            for (int b = 0; b < 3; ++b) error += std::abs(dot(m[a], m[b]) - identity[a][b]);
        }
        // written so that NaN fails, too
        if (!(error < 1e-9) || !std::isfinite(frames.weights[k])) {
            throw ConfigurationError(
                message("frames: expected orthogonal matrices and finite weights; frame ", k, " isn't"));
        }
    }
}

}  // namespace tumble
