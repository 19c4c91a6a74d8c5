using ILGPU.Execution;

namespace ILGPU;

/// <summary>Where a kernel's thread stands in the grid.</summary>
public static class Grid
{
    public static int IdxX => Lane.Current.Grid.X;

    public static int IdxY => Lane.Current.Grid.Y;

    public static int IdxZ => Lane.Current.Grid.Z;

    public static Index3D Index => Lane.Current.Grid;

    public static int DimX => Lane.Current.GridDim.X;

    public static int DimY => Lane.Current.GridDim.Y;

    public static int DimZ => Lane.Current.GridDim.Z;

    public static Index3D Dimension => Lane.Current.GridDim;

    public static int LinearIndex => Lane.Linear(Index, Dimension);

    public static Index3D GlobalIndex
    {
        get
        {
            Lane lane = Lane.Current;
            return (lane.Grid * lane.GroupDim) + lane.Group;
        }
    }

    public static int GlobalLinearIndex => (LinearIndex * Group.Dimension.Size) + Group.LinearIndex;
}
