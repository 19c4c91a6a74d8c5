using DeepSharp.Data;

namespace DeepSharp.Tests;

/// <summary>Batches that several workers share.</summary>
public class ShareTests
{
    // 23 samples in batches of 8: the last has 7 rows, so that no number of workers above 1 divides all of them; with 10 a batch is smaller than they are many.
    [Theory]
    [InlineData(2, false)]
    [InlineData(3, true)]
    [InlineData(10, false)]
    [InlineData(10, true)]
    public void Shares_of_all_workers_are_the_batch(int workers, bool fromSource)
    {
        Tensor x = Tensor.From(Enumerable.Range(0, 23).Select(static i => (float)i).ToArray(), Device.Cpu);
        Dataset data = fromSource ? new Dataset(RowSource.FromTensor(x.Reshape(23, 1)), RowSource.FromTensor(x)) : new Dataset(x.Reshape(23, 1), x);
        float[][] whole = [.. data.Batches(8, seed: 4, epoch: 2).Select(static batch => batch.Y.ToArray<float>())];
        List<float>[] joined = [.. whole.Select(static _ => new List<float>())];
        double[] weights = new double[whole.Length];
        for (int worker = 0; worker < workers; worker++)
        {
            int index = 0;
            foreach (Batch batch in data.Batches(8, seed: 4, epoch: 2).Share(worker, workers))
            {
                Assert.Equal(batch.X.Flatten().ToArray<float>(), batch.Y.ToArray<float>());
                int rows = batch.Weight == 0 ? 0 : batch.Y.Count;
                Assert.Equal((double)rows * workers / whole[index].Length, batch.Weight, 12);
                Assert.InRange(rows, whole[index].Length / workers, ((whole[index].Length - 1) / workers) + 1);
                joined[index].AddRange(batch.Y.ToArray<float>().Take(rows));
                weights[index++] += batch.Weight;
            }

            Assert.Equal(3, index);
        }

        Assert.Equal(whole, joined.Select(static rows => rows.ToArray()));
        Assert.All(weights, weight => Assert.Equal(workers, weight, 12));
    }

    [Fact]
    public void A_stream_is_shared_as_it_comes_and_one_may_begin_behind_the_first_batch()
    {
        IEnumerable<(float[] X, float[] Y)> samples = Enumerable.Range(0, 7).Select(static i => (new float[] { i }, new float[] { i }));
        Dataset data = Dataset.FromStream(samples, new Shape(1), Shape.Scalar, 7);
        float[][] Of(int worker) => [.. data.Batches(4).Share(worker, 2).Select(static batch => batch.Y.ToArray<float>())];
        Assert.Equal([[0, 1], [4]], Of(0));
        Assert.Equal([[2, 3], [5, 6]], Of(1));
        Assert.Equal([5, 6], data.Batches(4).Share(1, 2).Skip(1).Select(static batch => batch.Y.ToArray<float>()).Single());
    }

    [Fact]
    public void Random_transforms_draw_as_for_the_whole_batch()
    {
        Tensor images = Tensor.Uniform([6, 1, 5, 5], device: Device.Cpu);
        Dataset data = new Dataset(images, Tensor.Zeros(6, DType.Int64, Device.Cpu)).Map(new RandomErasing(probability: 0.7));
        float[] whole = data.Batches(6, seed: 3, epoch: 1).Select(static batch => batch.X.ToArray<float>()).Single();
        float[] shared = [.. Enumerable.Range(0, 3).SelectMany(worker => data.Batches(6, seed: 3, epoch: 1).Share(worker, 3).SelectMany(static batch => batch.X.ToArray<float>()))];
        Assert.NotEqual(images.ToArray<float>().Order(), whole.Order());
        Assert.Equal(whole, shared);
    }

    [Fact]
    public void Workers_that_are_not_there_are_refused()
    {
        Dataset data = new(Tensor.Zeros(4), Tensor.Zeros(4));
        Assert.Contains("no 2", Assert.Throws<ArgumentOutOfRangeException>(() => data.Batches(2).Share(2, 2)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => data.Batches(2).Share(0, 0));
        Assert.Contains("share 1 of 2", data.Batches(2).Share(1, 2).ToString());
    }
}
