import { Roles } from '@bezel/service';
import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { BoardColumns, boardColumns } from './board-columns.ts';

/** How the board is laid out. It changes with a release and never in between. */
@Controller('v1/board/columns')
@Roles('operator', 'admin')
export class ColumnsController {
  @Get()
  @ApiOperation({ summary: 'The columns of the board, from left to right, with what each may take' })
  @ApiOkResponse({ standardSchema: BoardColumns })
  list() {
    return { items: boardColumns() };
  }
}
